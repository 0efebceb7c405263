SELECT sminion.record_object(%(key)s, %(position)s, %(digest)s, %(reverse)s, %(fingerprint_query)s, %(given)s, %(as_owner)s);
