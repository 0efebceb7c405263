-- No rows and no columns: whoever has it locked adds requests or disclosures (sminion.lock_obligations). Apart from the registers themselves, so that a
-- login that may send data and leaves a transaction open keeps no officer from recording a request.
CREATE TABLE sminion.register_lock ();
COMMENT ON TABLE sminion.register_lock IS 'locked by whoever adds requests or disclosures';
