-- Files and pasted texts that people handed in, by the message that held them. What they showed is kept, not their content:
-- the server has that.
CREATE TABLE evidence (
  post_id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL,
  channel_id TEXT NOT NULL,
  root_id TEXT NOT NULL,
  -- The walk that it belongs to; empty for none.
  session_id TEXT NOT NULL,
  -- The post that shows what it says; empty until it is posted.
  card_id TEXT NOT NULL,
  -- Pass, warn, fail or inconclusive; empty while it is being read.
  outcome TEXT NOT NULL,
  -- How often reading it was begun.
  attempts INTEGER NOT NULL,
  -- What it was recognised as, such as "rtcd-log call-stats".
  kinds TEXT NOT NULL,
  -- What it showed, as Markdown without secrets.
  report TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE INDEX evidence_by_channel ON evidence (channel_id, created_at);
CREATE INDEX evidence_by_age ON evidence (created_at);
