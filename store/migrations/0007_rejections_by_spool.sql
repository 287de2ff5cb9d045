-- Whoever makes an account of a spool asks what became of its own messages alone.
GRANT SELECT (spool, seq) ON rejected_messages TO homewell_observer;
