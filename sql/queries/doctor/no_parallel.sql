-- The application beside it needs the other processors.
SELECT pg_catalog.set_config('max_parallel_workers_per_gather', '0', true);
