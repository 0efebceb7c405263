SELECT e.purpose, e.place, e.words, e.test FROM sminion.explanations() e
