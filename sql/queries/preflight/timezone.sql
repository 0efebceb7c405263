-- Whether the server knows a time zone by this name.
SELECT EXISTS (SELECT FROM pg_catalog.pg_timezone_names z WHERE z.name = %(timezone)s);
