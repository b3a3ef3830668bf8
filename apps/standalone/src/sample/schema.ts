/** The sample shop: believable, made by the server itself so that it takes a second. */
export const shopDatabase = 'shop'
export const gatewayRole = 'shop_gateway'

/** Tables, a partitioned one, views and functions of the shop. */
export const shopSchema = `
CREATE TABLE customers (
  id bigint PRIMARY KEY,
  name text NOT NULL,
  email text NOT NULL UNIQUE,
  phone text NOT NULL,
  national_id text NOT NULL,
  card_number text NOT NULL,
  country char(2) NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE TABLE orders (
  id bigint PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customers(id),
  status text NOT NULL CHECK (status IN ('new', 'paid', 'shipped', 'returned', 'cancelled')),
  amount numeric(12,2) NOT NULL,
  placed_at timestamptz NOT NULL
);
CREATE INDEX orders_by_customer ON orders (customer_id, placed_at);
CREATE TABLE payments (
  id bigint NOT NULL,
  order_id bigint NOT NULL,
  method text NOT NULL,
  amount numeric(12,2) NOT NULL,
  paid_at date NOT NULL,
  PRIMARY KEY (id, paid_at)
) PARTITION BY RANGE (paid_at);
CREATE TABLE payments_2024 PARTITION OF payments FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE payments_2025 PARTITION OF payments FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE payments_2026 PARTITION OF payments FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE secrets (name text PRIMARY KEY, value text NOT NULL);
CREATE VIEW customer_contacts AS SELECT id, name, email, phone FROM customers;
CREATE VIEW customer_cards AS SELECT id AS customer_id, card_number AS pan FROM customers;
CREATE VIEW monthly_revenue AS
  SELECT date_trunc('month', placed_at) AS month, count(*) AS orders, sum(amount) AS revenue
  FROM orders WHERE status <> 'cancelled' GROUP BY 1;
CREATE FUNCTION order_total(customer bigint) RETURNS numeric LANGUAGE sql STABLE
  AS 'SELECT coalesce(sum(amount), 0) FROM public.orders WHERE customer_id = customer';
CREATE FUNCTION cancel_order(wanted bigint) RETURNS void LANGUAGE sql
  AS 'UPDATE public.orders SET status = ''cancelled'' WHERE id = wanted';
`

export const shopRows = `
SELECT setseed(0.42);
WITH names AS (
  SELECT ARRAY['Ada','Grace','Linus','Barbara','Edsger','Margaret','Alan','Radia','Donald','Frances','Ken','Hedy'] AS first,
         ARRAY['Lovelace','Hopper','Berg','Liskov','Kato','Hamilton','Novak','Perlman','Silva','Allen','Okafor','Lamarr'] AS last,
         ARRAY['DE','FR','US','GB','NL','SE','PL','ES','IT','JP'] AS country
)
INSERT INTO customers
SELECT i,
  first[1 + i % 12] || ' ' || last[1 + (i / 12) % 12],
  lower(first[1 + i % 12]) || '.' || lower(last[1 + (i / 12) % 12]) || i || '@example.com',
  '+49 30 ' || lpad((1000000 + (i * 7919) % 9000000)::text, 7, '0'),
  lpad((100 + (i * 13) % 800)::text, 3, '0') || '-' || lpad((10 + (i * 7) % 89)::text, 2, '0') || '-' || lpad(((i * 7919) % 10000)::text, 4, '0'),
  prefix || (10 - (
    (SELECT sum(CASE WHEN position % 2 = 1 THEN (digit * 2) / 10 + (digit * 2) % 10 ELSE digit END)
     FROM (SELECT 16 - n AS position, substr(prefix, n, 1)::int AS digit FROM generate_series(1, 15) n) d) % 10)::int
  ) % 10,
  country[1 + i % 10],
  timestamptz '2022-01-01' + (i * 97 % 150000) * interval '10 minutes'
FROM generate_series(1, 20000) i, names,
  LATERAL (SELECT '4' || lpad(((i * 104729::bigint) % 100000000000000)::text, 14, '0') AS prefix) card;
INSERT INTO orders
SELECT i, 1 + (i * 31) % 20000, (ARRAY['new','paid','shipped','shipped','returned','cancelled'])[1 + i % 6],
  round((5 + random() * 495)::numeric, 2), timestamptz '2024-01-01' + (i % 1000) * interval '1 day'
FROM generate_series(1, 60000) i;
INSERT INTO payments
SELECT id, id, (ARRAY['card','transfer','invoice'])[1 + id % 3], amount, placed_at::date FROM orders WHERE status IN ('paid', 'shipped');
INSERT INTO secrets VALUES ('payment-api', 'sk_live_51Wardgate0Sample0Key'), ('smtp', 'hunter2-but-longer');
`
