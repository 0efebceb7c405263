-- What each subject permits. A subject is a key as its type prints it (`17`); where the policy names kinds of subjects, with
-- its kind before it (`employee:17`), here and wherever schema `sminion` names one. `mask` is a pure function of the other columns and of the policy (see sminion.state_mask); it is
-- stored because row triggers read it for every row they see.
CREATE TABLE sminion.subject_state (
  subject    text    COLLATE "C" PRIMARY KEY CHECK (subject <> ''),
  blocked    boolean NOT NULL DEFAULT false,
  -- A block that is limited to schemas: their names, in order; NULL where there is none. It stands beside a block of the whole subject.
  blocked_schemas text[] CHECK (blocked_schemas <> '{}'),
  consents   bigint  NOT NULL DEFAULT 0,
  objections bigint  NOT NULL DEFAULT 0,
  mask       bigint  NOT NULL,
  -- the mask of rows in the schemas of a limited block, its own or another key's; NULL where there is none
  schemas_mask bigint,
  epoch      integer NOT NULL,
  -- for ever: the data were destroyed, or are being, and nobody may write any
  erased     boolean NOT NULL DEFAULT false,
  -- What other keys of the same person deny (sminion.subject_merge); NULL where there is nothing.
  others_blocked boolean CHECK (others_blocked),
  others_blocked_schemas text[] CHECK (others_blocked_schemas <> '{}'),
  -- purposes that were refused, withdrawn or objected to
  others_denied  bigint  CHECK (others_denied <> 0),
  CHECK (NOT erased OR mask = 0),
  -- a block only takes away
  CHECK (schemas_mask & ~mask = 0),
  CHECK ((schemas_mask IS NULL) = (blocked_schemas IS NULL AND others_blocked_schemas IS NULL))
)
-- States change in place, and row triggers lock them: leave room so that updates stay on the page.
WITH (fillfactor = 80);
COMMENT ON TABLE sminion.subject_state IS 'what each subject permits: consents, objections, block, and the mask they make';
-- For `remask` after a change of policy; empty predicates are not possible, so the index is on the epoch itself.
CREATE INDEX subject_state_epoch ON sminion.subject_state (epoch);
