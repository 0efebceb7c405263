SELECT sminion.drop_marks();
