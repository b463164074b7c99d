-- The probes of an episode stand together: what they tell needs no sorting.
CREATE INDEX IF NOT EXISTS keepalive_probes_narrow ON keepalive_probes (
  connection_id,
  prober,
  episode,
  ordinal,
  time_ns,
  frame,
  idle_before_ns,
  answer,
  answer_ns,
  answer_frame
);
