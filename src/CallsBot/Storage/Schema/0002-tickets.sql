-- A support ticket in the making. What people write for it is in ticket_entries.
CREATE TABLE tickets (
  id TEXT NOT NULL PRIMARY KEY,
  owner_id TEXT NOT NULL,
  -- The owner's direct channel with the bot.
  channel_id TEXT NOT NULL,
  -- The walk that led to it; empty for none. The session may be gone before the ticket.
  session_id TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE INDEX tickets_by_owner ON tickets (owner_id, created_at);
CREATE INDEX tickets_by_age ON tickets (created_at);

-- Append-only: the latest entry of a field counts. The primary key settles two entries that race.
CREATE TABLE ticket_entries (
  ticket_id TEXT NOT NULL REFERENCES tickets (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  field TEXT NOT NULL,
  value TEXT NOT NULL,
  user_id TEXT NOT NULL,
  -- What made the entry, such as a post or a dialog; the same again makes no second one.
  cause TEXT NOT NULL,
  written_at BIGINT NOT NULL,
  PRIMARY KEY (ticket_id, position)
);

CREATE UNIQUE INDEX ticket_entries_by_cause ON ticket_entries (ticket_id, cause, field);
