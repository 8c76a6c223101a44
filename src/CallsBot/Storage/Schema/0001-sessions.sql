-- One walk through a tree. The walk itself is in session_steps; the rest says whose it is and where its card is shown.
CREATE TABLE sessions (
  id TEXT NOT NULL PRIMARY KEY,
  tree_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  channel_id TEXT NOT NULL,
  root_id TEXT NOT NULL,
  post_id TEXT NOT NULL,
  -- What made the session, such as a slash command's trigger; a repeated one makes no second session.
  cause TEXT NULL UNIQUE,
  created_at BIGINT NOT NULL
);

CREATE INDEX sessions_by_channel ON sessions (channel_id, created_at);
CREATE INDEX sessions_by_age ON sessions (created_at);

-- Append-only. The primary key settles two presses that race.
CREATE TABLE session_steps (
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  kind TEXT NOT NULL,
  node_id TEXT NOT NULL,
  value TEXT NULL,
  -- The result of a check, as JSON.
  result TEXT NULL,
  actor_id TEXT NOT NULL,
  -- The post that made the step, when a message did: a message answered again after a crash takes no second step.
  cause TEXT NULL,
  fired_at BIGINT NOT NULL,
  PRIMARY KEY (session_id, position)
);

CREATE UNIQUE INDEX session_steps_by_cause ON session_steps (session_id, cause) WHERE cause IS NOT NULL;

-- Direct messages received, so that each is answered once. The message itself is not kept.
CREATE TABLE received_posts (
  post_id TEXT NOT NULL PRIMARY KEY,
  channel_id TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  answered_at BIGINT NULL
);

CREATE INDEX received_posts_by_age ON received_posts (created_at);

-- Since when the bot listens, and up to when everything that was written to it has been received. One row.
CREATE TABLE stream_position (
  id INTEGER NOT NULL PRIMARY KEY,
  began_at BIGINT NOT NULL,
  seen_until BIGINT NOT NULL
);

-- Tokens that work once and have been used.
CREATE TABLE spent_tokens (
  nonce TEXT NOT NULL PRIMARY KEY,
  expires_at BIGINT NOT NULL
);
