-- The outbox: what is inserted here is told to sockets, also after an outage, once, in order.
CREATE TABLE outbox (
  id         bigserial PRIMARY KEY,
  channel    text NOT NULL,
  payload    jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()  -- for clearing up; the server does not look at it
);

-- The bell: an empty notification says that there are rows to read. It is sent with the commit, once a transaction.
CREATE FUNCTION ring_outbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify(NEW.channel, '');
  RETURN NULL;
END $$;

CREATE TRIGGER ring AFTER INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION ring_outbox();

-- A table whose changes are told.
CREATE TABLE orders (
  id      bigserial PRIMARY KEY,
  user_id text NOT NULL,
  item    text NOT NULL,
  status  text NOT NULL DEFAULT 'new'
);

-- A row's change and its event are one transaction: neither is there without the other.
CREATE FUNCTION tell_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO outbox (channel, payload)
  VALUES (CASE TG_OP WHEN 'INSERT' THEN 'new_orders' ELSE 'order_changes' END, to_jsonb(NEW));
  RETURN NULL;
END $$;

CREATE TRIGGER tell AFTER INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION tell_order();
