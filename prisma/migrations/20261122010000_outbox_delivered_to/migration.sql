-- Which webhooks a message has reached, so that a retry tells only the others.
ALTER TABLE outbox_messages ADD COLUMN delivered_to text[] NOT NULL DEFAULT '{}';
