SELECT * FROM customer
SELECT id, nom FROM customer
SELECT id FROM customers
SELECT id FROM shop.price
SELECT id FROM shop.prices
SELECT id FROM nowhere.prices
SELECT shop.price.amount FROM shop.price
SELECT price.amount FROM shop.price
SELECT customer.id FROM customer c
SELECT id FROM customer, orders
SELECT c.id, o.id FROM customer c, orders o WHERE c.id = o.customer_id
SELECT c.id FROM customer c JOIN orders c ON true
SELECT c.id FROM customer c JOIN shop.price customer ON true
SELECT name FROM customer c JOIN item i ON i.order_id = c.id
SELECT c.name FROM customer c JOIN item i ON i.order_id = c.id WHERE i.sku = 'x'
SELECT * FROM customer JOIN late USING (id)
SELECT id, x FROM customer JOIN late USING (id)
SELECT * FROM customer NATURAL JOIN item
SELECT id FROM customer JOIN item USING (id)
SELECT * FROM orders JOIN item USING (note)
SELECT j.name FROM (customer c JOIN late l ON c.id = l.id) AS j
SELECT c.name FROM (customer c JOIN late l ON c.id = l.id) AS j
SELECT j.id FROM (customer JOIN late USING (id)) AS j
SELECT u.id FROM customer JOIN late USING (id) AS u
SELECT a.b FROM customer AS a (b, c)
SELECT a.id FROM customer AS a (b, c)
SELECT a.b FROM late AS a (b, c, d)
SELECT x.a FROM (SELECT id AS a FROM customer) x
SELECT x.id FROM (SELECT id AS a FROM customer) x
SELECT a FROM (VALUES (1, 'x'), (2, 'y')) v (a, b)
SELECT a FROM (VALUES (1, 'x'), ('z', 'y')) v (a, b)
SELECT a FROM (VALUES (1, 'x'), (1)) v (a, b)
SELECT id FROM customer WHERE name = 5
SELECT id FROM customer WHERE name = '5'
SELECT id FROM customer WHERE id = '5'
SELECT id FROM customer WHERE id = 'five'
SELECT id FROM customer WHERE id = 5.5
SELECT id FROM customer WHERE id = name
SELECT id FROM orders WHERE status = 'paid'
SELECT id FROM orders WHERE status = 'lost'
SELECT id FROM orders WHERE status = $1
SELECT id FROM orders WHERE status = $1::text
SELECT id FROM orders WHERE status::text = $1
SELECT id FROM orders WHERE status IN ('new', 'paid')
SELECT id FROM orders WHERE status IN ('new', 'gone')
SELECT id FROM orders WHERE status IN ($1, $2)
SELECT id FROM orders WHERE status = ANY($1)
SELECT id FROM orders WHERE status = ANY('{new,paid}')
SELECT id FROM orders WHERE status = ANY('{new,bad}')
SELECT id FROM orders WHERE status = ANY(ARRAY['new', 'paid']::status[])
SELECT id FROM orders WHERE status = ANY(ARRAY['new', 'paid'])
SELECT 'new'::status, 'x'::nothing
SELECT CAST('bad' AS status)
SELECT id FROM orders WHERE status LIKE 'n%'
SELECT id FROM orders WHERE status > 'new' ORDER BY status
SELECT id FROM orders WHERE key = '0fd2e8a0-0000-4000-8000-000000000000'
SELECT id FROM orders WHERE key = 'abc'
SELECT id FROM orders WHERE key = code
SELECT id FROM orders WHERE code = total
SELECT id FROM orders WHERE at > '2024-01-01'
SELECT id FROM orders WHERE at > 'someday'
SELECT id FROM orders WHERE at > now() - interval '1 day'
SELECT id FROM orders WHERE at = 3
SELECT id FROM orders WHERE total > 5 AND doubled < 10.5
SELECT id FROM orders WHERE total > '5'
SELECT id FROM orders WHERE total > 'x'
SELECT id FROM orders WHERE note
SELECT id FROM orders WHERE code AND true
SELECT id FROM orders WHERE total + code > 1
SELECT id FROM orders WHERE id IN (SELECT order_id FROM item)
SELECT id FROM orders WHERE id IN (SELECT * FROM item)
SELECT id FROM orders WHERE id IN (SELECT customer_id FROM item)
SELECT id FROM orders WHERE id IN (SELECT sku FROM item)
SELECT id FROM orders WHERE (id, code) IN (SELECT order_id, sku FROM item)
SELECT id FROM orders WHERE (id, code) IN ((1, 'a'), (2, 'b'))
SELECT id FROM orders WHERE (id, code) = (1, 'a')
SELECT id FROM orders WHERE (id, code) = (1, 'a', 2)
SELECT id FROM orders o WHERE EXISTS (SELECT 1 FROM item WHERE order_id = o.id)
SELECT id FROM orders o WHERE EXISTS (SELECT 1 FROM item i WHERE i.order_id = p.id)
SELECT (SELECT name FROM customer c WHERE c.id = o.customer_id) FROM orders o
SELECT (SELECT name, id FROM customer c WHERE c.id = o.customer_id) FROM orders o
SELECT ARRAY(SELECT sku FROM item) AS skus
SELECT c.id, o.total FROM customer c LEFT JOIN LATERAL (SELECT total FROM orders WHERE customer_id = c.id LIMIT 1) o ON true
SELECT c.id, o.total FROM customer c LEFT JOIN (SELECT total FROM orders WHERE customer_id = c.id LIMIT 1) o ON true
SELECT c.id, g FROM customer c, generate_series(1, c.id) g
SELECT g.n FROM generate_series(1, 3) AS g (n)
SELECT g.ordinality FROM unnest(ARRAY['a', 'b']) WITH ORDINALITY g
SELECT t, n FROM customer, unnest(tags) WITH ORDINALITY AS u (t, n)
SELECT a, b FROM unnest(ARRAY[1, 2], ARRAY['x', 'y']) AS u (a, b)
SELECT unnest(tags) FROM customer
SELECT key, value FROM customer, jsonb_each(data)
SELECT e.key FROM customer, jsonb_each_text(data) e WHERE e.value = 'x'
SELECT x FROM customer, jsonb_array_elements(data -> 'a') x
SELECT j.a FROM customer, jsonb_to_record(data) AS j (a int, b text)
SELECT data -> 'a', data ->> 'b', data #> '{a,b}', data #>> '{a}', data @> '{"a":1}', data ? 'x' FROM customer
SELECT data -> 'a' -> 0 ->> 'b' FROM customer WHERE data @> '{bad'
SELECT raw -> 'a' FROM orders WHERE raw @> '{}'
SELECT raw FROM orders WHERE raw = '{}'
SELECT DISTINCT raw FROM orders
SELECT raw FROM orders GROUP BY raw
SELECT id FROM orders ORDER BY raw
SELECT raw FROM orders UNION SELECT raw FROM orders
SELECT tags[1], tags[1:2], tags || 'x', 'x' = ANY(tags), array_length(tags, 1), cardinality(tags) FROM customer
SELECT name[1] FROM customer
SELECT tags @> ARRAY['a'] FROM customer
SELECT tags @> ARRAY[1] FROM customer
SELECT tags && '{a,b}' FROM customer
SELECT (home).street, (home).zip + 1 FROM customer
SELECT (home).town FROM customer
SELECT (c.home).* FROM customer c
SELECT c FROM customer c
SELECT (c).name FROM customer c
SELECT c.* FROM customer c
SELECT d.* FROM customer c
SELECT row_to_json(c), to_jsonb(c) FROM customer c
SELECT count(*), count(id), sum(total), avg(total), min(at), max(code) FROM orders
SELECT sum(code) FROM orders
SELECT count(*) FILTER (WHERE total > 5) FROM orders
SELECT id, count(*) FROM orders
SELECT customer_id, count(*) FROM orders GROUP BY customer_id
SELECT customer_id, count(*) FROM orders GROUP BY 1 HAVING count(*) > 1 ORDER BY 2 DESC
SELECT customer_id, count(*) FROM orders GROUP BY 3
SELECT customer_id, status, count(*) FROM orders GROUP BY customer_id
SELECT c.id, c.name, count(*) FROM customer c JOIN orders o ON o.customer_id = c.id GROUP BY c.id
SELECT c.name, count(*) FROM customer c JOIN orders o ON o.customer_id = c.id GROUP BY c.name
SELECT c.id, c.name, o.total FROM customer c JOIN orders o ON o.customer_id = c.id GROUP BY c.id
SELECT c.*, count(*) FROM customer c JOIN orders o ON o.customer_id = c.id GROUP BY c.id
SELECT i.*, count(*) FROM item i GROUP BY i.sku
SELECT i.*, count(*) FROM item i GROUP BY i.sku, i.order_id
SELECT id, x FROM late GROUP BY id
SELECT lower(name), count(*) FROM customer GROUP BY lower(name)
SELECT lower(name) AS n, count(*) FROM customer GROUP BY n ORDER BY n
SELECT upper(name), count(*) FROM customer GROUP BY lower(name)
SELECT date_trunc('day', created_at) AS day, count(*) FROM customer GROUP BY day
SELECT customer_id FROM orders GROUP BY customer_id HAVING total > 5
SELECT customer_id FROM orders GROUP BY customer_id ORDER BY total
SELECT customer_id FROM orders GROUP BY ROLLUP (customer_id)
SELECT customer_id, (SELECT name FROM customer WHERE id = o.customer_id) FROM orders o GROUP BY customer_id
SELECT customer_id, (SELECT name FROM customer WHERE id = o.id) FROM orders o GROUP BY customer_id
SELECT id, row_number() OVER (PARTITION BY customer_id ORDER BY total DESC) FROM orders
SELECT id, sum(total) OVER w FROM orders WINDOW w AS (PARTITION BY customer_id)
SELECT id, sum(total) OVER v FROM orders WINDOW w AS (PARTITION BY customer_id)
SELECT lag(total, 1) OVER (ORDER BY id), first_value(code) OVER (ORDER BY id) FROM orders
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY total) FROM orders
SELECT string_agg(code, ', ' ORDER BY code), array_agg(id), json_agg(o), jsonb_object_agg(id, code) FROM orders o
SELECT string_agg(total, ', ') FROM orders
SELECT id FROM orders ORDER BY nothing
SELECT id AS a FROM orders ORDER BY a
SELECT id FROM orders ORDER BY 2
SELECT id, total FROM orders ORDER BY 2 DESC NULLS LAST
SELECT c.*, i.* FROM customer c, item i ORDER BY name
SELECT c.*, i.* FROM customer c, item i ORDER BY sku
SELECT c.name, i.name FROM customer c, item i ORDER BY c.name
SELECT DISTINCT ON (customer_id) id, total FROM orders ORDER BY customer_id, id
SELECT id FROM customer UNION SELECT id FROM orders
SELECT id FROM customer UNION ALL SELECT code FROM orders
SELECT * FROM customer UNION SELECT * FROM orders
SELECT id, x FROM late UNION SELECT * FROM late
SELECT id, name FROM customer UNION SELECT id, 'x' FROM late ORDER BY name
SELECT id, name FROM customer UNION SELECT id, 'x' FROM late ORDER BY x
SELECT id FROM customer INTERSECT SELECT x FROM late EXCEPT SELECT 1
SELECT status FROM orders UNION SELECT 'new'
SELECT status FROM orders UNION SELECT 'bad'
WITH a AS (SELECT id FROM customer) SELECT id FROM a
WITH a AS (SELECT id FROM customer) SELECT name FROM a
WITH a (b) AS (SELECT id FROM customer), c AS (SELECT b FROM a) SELECT * FROM c
WITH a AS (SELECT * FROM b), b AS (SELECT 1) SELECT * FROM a
WITH a (x, y) AS (SELECT 1) SELECT * FROM a
WITH RECURSIVE t (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT sum(n) FROM t
WITH RECURSIVE tree AS (SELECT id, x FROM late WHERE id = 1 UNION ALL SELECT l.id, l.x FROM late l JOIN tree t ON l.x = t.id) SELECT * FROM tree
WITH gone AS (DELETE FROM late WHERE id = $1 RETURNING *) SELECT count(*) FROM gone
WITH up AS (UPDATE late SET x = 1 RETURNING id) INSERT INTO late (id) SELECT id FROM up
SELECT COALESCE(note, 'x'), COALESCE(total, 0), NULLIF(code, ''), GREATEST(total, 1), LEAST(id, 2) FROM orders
SELECT COALESCE(total, 'x') FROM orders
SELECT COALESCE(total, code) FROM orders
SELECT CASE WHEN total > 5 THEN 'a' ELSE note END FROM orders
SELECT CASE status WHEN 'new' THEN 1 WHEN 'paid' THEN 2 END FROM orders
SELECT CASE status WHEN 'odd' THEN 1 END FROM orders
SELECT CASE WHEN total > 5 THEN 1 ELSE code END FROM orders
SELECT EXTRACT(EPOCH FROM created_at), created_at AT TIME ZONE 'UTC', age(created_at), to_char(created_at, 'YYYY') FROM customer
SELECT at + 1, at - at, at + interval '1 day', created_at::date FROM orders, customer
SELECT substring(name FROM 1 FOR 2), position('a' IN name), trim(name), name || id, length(name), left(name, 1), concat(name, id), format('%s', name) FROM customer
SELECT lower(id) FROM customer
SELECT md5(name), encode(sha256(name::bytea), 'hex'), gen_random_uuid(), random(), now(), CURRENT_DATE, LOCALTIMESTAMP FROM customer
SELECT nothing_like_it(name) FROM customer
SELECT double(id), double('3') FROM customer
SELECT double(name) FROM customer
SELECT double(1, 2)
SELECT pairs(1), pairs(1, 2)
SELECT l, r FROM pairs(1)
SELECT * FROM pairs(1) p WHERE p.r = 'x'
SELECT p.q FROM pairs(1) p
SELECT name FROM every_customer()
SELECT nom FROM every_customer()
SELECT nextval('numbers'), currval('numbers'), setval('numbers', 5)
SELECT nextval('letters')
SELECT nextval('customer_id_seq'::regclass)
SELECT last_value FROM numbers
SELECT pg_get_serial_sequence('customer', 'id'), 'customer'::regclass, 'customers'::regclass
SELECT name ~ '^a', name ILIKE '%a', name NOT LIKE 'b', name SIMILAR TO 'c' FROM customer
SELECT id BETWEEN 1 AND 2, id BETWEEN 'x' AND 2 FROM customer
SELECT id IS DISTINCT FROM 1, name IS NOT NULL, (id > 1) IS TRUE FROM customer
SELECT -total, +id, NOT (id > 1), id % 2, id / 2.0, id::text, total::int FROM orders
SELECT id::uuid FROM orders
SELECT at::int FROM orders
SELECT home::text FROM customer
SELECT mail FROM customer WHERE mail = 'a@b' AND lower(mail) = 'x' AND mail LIKE '%x'
SELECT id, name, loud FROM people
SELECT id, created_at FROM people
SELECT * FROM totals t JOIN people p ON p.id = t.customer_id
SELECT name FROM joined FOR UPDATE
SELECT qty FROM stock
SELECT id FROM orders FOR UPDATE SKIP LOCKED
SELECT o.id FROM orders o FOR UPDATE OF o
SELECT o.id FROM orders o FOR UPDATE OF orders
SELECT id FROM orders LIMIT $1 OFFSET $2
SELECT id FROM orders LIMIT 'x'
SELECT $1
SELECT $1 IS NULL
SELECT id FROM customer WHERE name = $1 OR $1 IS NULL
SELECT id FROM customer WHERE name = $1 AND id = $1
SELECT id FROM customer WHERE id = $1 AND id + 1 = $1
SELECT ctid, xmin, tableoid::regclass FROM customer
SELECT oid FROM customer
SELECT relname FROM pg_class WHERE relkind = 'r'
SELECT table_name FROM information_schema.tables
SELECT current_user, current_setting('x'), version(), pg_advisory_lock(hashtext('a'))
SELECT "customer"."id" AS "customer_id", "customer"."name" AS "customer_name" FROM "customer" "customer" WHERE ("customer"."id" IN ($1)) AND ("customer"."mail" IS NOT NULL) LIMIT 1
SELECT DISTINCT "distinctAlias"."c_id" AS "ids_c_id", "distinctAlias"."c_name" FROM (SELECT "c"."id" AS "c_id", "c"."name" AS "c_name", "o"."id" AS "o_id" FROM "customer" "c" LEFT JOIN "orders" "o" ON "o"."customer_id"="c"."id") "distinctAlias" ORDER BY "distinctAlias"."c_name" ASC, "c_id" ASC LIMIT 10
SELECT COUNT(DISTINCT("c"."id")) AS "cnt" FROM "customer" "c"
SELECT CURRENT_TIMESTAMP, '2020-01-01'::date + interval '1 month', make_interval(days => 3), date '2020-01-01'
SELECT id FROM customer TABLESAMPLE system (10)
SELECT x.* FROM JSON_TABLE('[]'::jsonb, '$[*]' COLUMNS (a int PATH '$.a', b text PATH '$.b')) x
SELECT JSON_OBJECT('a': id), JSON_ARRAY(id, name) FROM customer
SELECT to_tsvector('english', name) @@ plainto_tsquery('x'), ts_rank(to_tsvector(name), to_tsquery('x')) FROM customer
SELECT array_agg(name ORDER BY id) FILTER (WHERE id > 1) FROM customer
SELECT jsonb_build_object('id', id, 'n', name), jsonb_agg(jsonb_build_object('a', id)) FROM customer GROUP BY id, name
SELECT jsonb_set(data, '{a}', '"x"'), data - 'a', data || '{"b":1}', jsonb_path_query(data, '$.a') FROM customer
SELECT amount * 2, big + small, real / 2, big = real, small = '3', small = 70000 FROM shop.price
SELECT amount FROM shop.price WHERE small = '70000'
SELECT grouping(customer_id), customer_id FROM orders GROUP BY CUBE (customer_id)
VALUES (1, 'a'), (2, 'b')
TABLE customer
INSERT INTO customer (name) VALUES ('x')
INSERT INTO customer (nom) VALUES ('x')
INSERT INTO customers (name) VALUES ('x')
INSERT INTO customer (name, name) VALUES ('x', 'y')
INSERT INTO customer (name, mail) VALUES ('x')
INSERT INTO customer (name) VALUES ('x', 'y')
INSERT INTO customer VALUES (1, 'x')
INSERT INTO late VALUES (1, 2, 3)
INSERT INTO late SELECT * FROM late
INSERT INTO late SELECT * FROM item
INSERT INTO late SELECT id, id FROM customer
INSERT INTO late (id) SELECT * FROM late
INSERT INTO item SELECT id, code, 1, 'x' FROM orders
INSERT INTO item SELECT code, code, 1, 'x' FROM orders
INSERT INTO customer (id, name) VALUES (DEFAULT, 'x'), (5, DEFAULT)
INSERT INTO customer (id) VALUES ('five')
INSERT INTO customer (id) VALUES (5.5)
INSERT INTO customer (name) VALUES (5)
INSERT INTO customer (id) VALUES (true)
INSERT INTO customer (created_at) VALUES (5)
INSERT INTO customer (data) VALUES ('{}'), ($1), (jsonb_build_object('a', 1))
INSERT INTO customer (data) VALUES ('{x')
INSERT INTO customer (tags) VALUES ('{a,b}'), (ARRAY['x'])
INSERT INTO customer (tags) VALUES ('a')
INSERT INTO customer (home.street, home.zip) VALUES ('x', 1)
INSERT INTO customer (home) VALUES (ROW('x', 1))
INSERT INTO customer (home) VALUES (ROW('x', 1, 2))
INSERT INTO customer (tags[1]) VALUES ('x')
INSERT INTO orders (customer_id, total, status) VALUES ($1, $2, 'new') RETURNING id
INSERT INTO orders (customer_id, total, status) VALUES ($1, $2, 'bad') RETURNING id
INSERT INTO orders (customer_id, total, status) VALUES ($1, $2, $3::text)
INSERT INTO orders (customer_id, total, status) SELECT 1, 2, 'new'
INSERT INTO orders (customer_id, total, status) SELECT 1, 2, 'bad'
INSERT INTO orders (customer_id, total, status) SELECT 1, 2, note FROM orders
INSERT INTO orders (customer_id, total, status) VALUES (1, 2, 'new'), (1, 2, 'bad')
INSERT INTO orders (id, customer_id, total) VALUES (1, 1, 1)
INSERT INTO orders (id, customer_id, total) VALUES (DEFAULT, 1, 1)
INSERT INTO orders (id, customer_id, total) OVERRIDING SYSTEM VALUE VALUES (1, 1, 1)
INSERT INTO orders (doubled) VALUES (1)
INSERT INTO orders (doubled) VALUES (DEFAULT)
INSERT INTO orders DEFAULT VALUES
INSERT INTO orders (code) VALUES ($1) ON CONFLICT (code) DO NOTHING
INSERT INTO orders (code) VALUES ($1) ON CONFLICT (note) DO NOTHING
INSERT INTO orders (code) VALUES ($1) ON CONFLICT DO NOTHING
INSERT INTO orders (code, note) VALUES ($1, $2) ON CONFLICT (code) DO UPDATE SET note = excluded.note, at = now()
INSERT INTO orders (code, note) VALUES ($1, $2) ON CONFLICT (code) DO UPDATE SET note = excluded.nota
INSERT INTO orders (code, note) VALUES ($1, $2) ON CONFLICT (code) DO UPDATE SET note = note || 'x'
INSERT INTO orders (code, note) VALUES ($1, $2) ON CONFLICT (code) DO UPDATE SET note = orders.note || 'x' WHERE orders.total > 5
INSERT INTO orders AS o (code, note) VALUES ($1, $2) ON CONFLICT (code) DO UPDATE SET note = o.note
INSERT INTO orders (code) VALUES ($1) ON CONFLICT ON CONSTRAINT orders_code_key DO NOTHING
INSERT INTO orders (code) VALUES ($1) ON CONFLICT ON CONSTRAINT orders_code DO NOTHING
INSERT INTO item (name) VALUES ('x') ON CONFLICT (name) WHERE qty > 0 DO NOTHING
INSERT INTO item (name) VALUES ('x') ON CONFLICT (name) DO NOTHING
INSERT INTO item (order_id, sku) VALUES (1, 'x') ON CONFLICT (sku, order_id) DO UPDATE SET qty = item.qty + 1
INSERT INTO item (order_id, sku) VALUES (1, 'x') ON CONFLICT (sku) DO UPDATE SET qty = item.qty + 1
INSERT INTO customer (name) VALUES ('x') ON CONFLICT (lower(name)) DO NOTHING
INSERT INTO customer (name) VALUES ('x') ON CONFLICT (upper(name)) DO NOTHING
INSERT INTO customer (name) VALUES ('x') ON CONFLICT (name) DO NOTHING
INSERT INTO people (name) VALUES ('x')
INSERT INTO people (name, loud) VALUES ('x', 'X')
INSERT INTO totals (total) VALUES (1)
INSERT INTO joined (name) VALUES ('x')
INSERT INTO trig (id, x) VALUES (1, 2)
INSERT INTO stock (sku) VALUES ('x')
INSERT INTO customer (name) VALUES ('x') RETURNING *
INSERT INTO customer (name) VALUES ('x') RETURNING nom
INSERT INTO customer (name) SELECT code FROM orders ON CONFLICT (id) DO UPDATE SET name = excluded.name RETURNING id, (xmax = 0) AS made
INSERT INTO customer (id, name) VALUES ($1, $1)
UPDATE customer SET name = 'x' WHERE id = 1
UPDATE customer SET nom = 'x' WHERE id = 1
UPDATE customer c SET name = 'x' WHERE c.id = 1
UPDATE customer c SET name = 'x' WHERE customer.id = 1
UPDATE customer c SET c.name = 'x'
UPDATE customer SET name = 5
UPDATE customer SET id = 'x'
UPDATE customer SET id = name
UPDATE customer SET created_at = DEFAULT, name = DEFAULT
UPDATE customer SET name = 'a', name = 'b'
UPDATE customer SET (name, mail) = ('a', 'b')
UPDATE customer SET (name, mail) = (SELECT code, note FROM orders LIMIT 1)
UPDATE customer SET (name, mail) = (SELECT code FROM orders LIMIT 1)
UPDATE customer SET tags = array_append(tags, 'x'), tags[2] = 'y'
UPDATE customer SET tags = array_append(tags, 5)
UPDATE customer SET data = data || $1::jsonb, home.zip = 5
UPDATE customer SET data['a'] = '1'
UPDATE orders SET status = 'sent', total = total + 1 WHERE status = 'paid' RETURNING id, total
UPDATE orders SET status = 'sunk'
UPDATE orders SET status = CASE WHEN total > 1 THEN 'sent' ELSE 'paid' END
UPDATE orders SET status = CASE WHEN total > 1 THEN 'sent'::status ELSE 'paid' END
UPDATE orders SET status = code
UPDATE orders SET doubled = 1
UPDATE orders SET id = 1
UPDATE orders SET id = DEFAULT
UPDATE orders o SET note = c.name FROM customer c WHERE c.id = o.customer_id
UPDATE orders o SET note = c.nom FROM customer c WHERE c.id = o.customer_id
UPDATE orders o SET note = name FROM customer c, item i WHERE c.id = o.customer_id
UPDATE orders o SET note = 'x' FROM customer o WHERE true
UPDATE orders SET note = $1 WHERE code = $1
UPDATE orders SET code = $1 WHERE note = $1
UPDATE people SET name = 'x' WHERE id = 1
UPDATE people SET loud = 'x' WHERE id = 1
UPDATE joined SET name = 'x'
UPDATE totals SET total = 1
UPDATE late SET x = x + 1 RETURNING old.x, new.x, *
DELETE FROM customer WHERE id = 1
DELETE FROM customer WHERE nom = 1
DELETE FROM customers
DELETE FROM item USING orders o WHERE o.id = order_id AND o.total > 1 RETURNING item.*
DELETE FROM item USING orders o WHERE o.id = item_id
DELETE FROM people WHERE id = 1
DELETE FROM joined
DELETE FROM stock
MERGE INTO late t USING customer s ON t.id = s.id WHEN MATCHED THEN UPDATE SET x = s.id WHEN NOT MATCHED THEN INSERT (id, x) VALUES (s.id, 1)
MERGE INTO late t USING customer s ON t.id = s.id WHEN MATCHED THEN UPDATE SET y = s.id
MERGE INTO late t USING customer s ON t.id = s.id WHEN MATCHED AND s.name = 'x' THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (s.id, 1, 2)
MERGE INTO late t USING (SELECT id, name FROM customer) s ON t.id = s.id WHEN NOT MATCHED THEN INSERT (id, x) VALUES (s.id, s.name)
MERGE INTO late t USING customer s ON t.id = s.id WHEN MATCHED THEN DO NOTHING WHEN NOT MATCHED BY SOURCE THEN DELETE RETURNING merge_action(), t.*
SELECT id FROM customer WHERE name IN ('a', 5)
SELECT id FROM customer WHERE id IN ('1', '2')
SELECT id FROM customer WHERE id IN ('1', 'x')
SELECT id FROM customer WHERE id NOT IN (1, 2, $1)
SELECT id FROM customer WHERE id IN (1.5, 2)
SELECT id FROM customer WHERE name = ANY($1::text[])
SELECT id FROM customer WHERE id = ANY($1::int[]) AND name <> ALL($2)
SELECT id FROM customer WHERE id = ANY(name)
SELECT id FROM orders WHERE code = ANY($1::varchar[])
SELECT id FROM orders WHERE key = ANY($1::uuid[])
SELECT id FROM orders WHERE key::text = $1
SELECT id FROM orders WHERE key = $1::text
SELECT id FROM orders WHERE at BETWEEN $1 AND $2
SELECT id FROM orders WHERE at >= $1::timestamptz
SELECT id FROM orders WHERE at::text LIKE '2024%'
SELECT id FROM orders WHERE at LIKE '2024%'
SELECT id FROM orders WHERE id::text ILIKE $1
SELECT id FROM orders WHERE id ILIKE $1
SELECT id FROM orders WHERE total::text ~ '5'
SELECT id FROM orders WHERE note IS NOT DISTINCT FROM $1
SELECT id FROM orders WHERE status NOT IN ('new')
SELECT id FROM orders WHERE status = 'new'::text
SELECT id FROM orders WHERE status || 'x' = 'newx'
SELECT status || 'x', total || 'x', id || '-' || code FROM orders
SELECT upper(status) FROM orders
SELECT upper(status::text), length(code), char_length(note), substr(code, 1), replace(code, 'a', 'b'), split_part(code, '-', 1), regexp_replace(code, 'a', 'b', 'g') FROM orders
SELECT sum(id), sum(total), avg(id), max(status), min(key), bool_or(total > 1), every(true) FROM orders
SELECT sum(note) FROM orders
SELECT round(total), round(total, 1), ceil(total), floor(total::float8), abs(id), mod(id, 2), power(total, 2), sqrt(total), trunc(total) FROM orders
SELECT round(real, 1) FROM shop.price
SELECT date_part('year', at), date_trunc('month', at), extract(dow from at), to_date('x', 'y'), to_timestamp(5), to_number('1', '9'), age(at) FROM orders
SELECT created_at - interval '1 hour', created_at - created_at, created_at > at FROM customer, orders
SELECT created_at + 1 FROM customer
SELECT now() - created_at > '1 day', now()::date - at FROM customer, orders
SELECT at = created_at FROM customer, orders
SELECT id FROM customer WHERE created_at::date = CURRENT_DATE AND created_at >= '2024-01-01T00:00:00Z'
SELECT id FROM customer WHERE created_at >= 'not a date'
SELECT id FROM customer WHERE created_at >= 20240101
SELECT id FROM customer WHERE data ->> 'a' = 'x' AND (data -> 'b')::int > 5 AND (data ->> 'c')::numeric = 1
SELECT id FROM customer WHERE data ->> 'a' = 5
SELECT id FROM customer WHERE data = '{}' OR data @> $1 OR data ? 'a' OR data ?| ARRAY['a'] OR data ?& '{a}'
SELECT id FROM customer WHERE data = $1::json
SELECT id FROM customer WHERE data::text LIKE '%x%'
SELECT raw ->> 'a', raw::jsonb -> 'b', json_array_length(raw) FROM orders
SELECT jsonb_array_length(raw) FROM orders
SELECT json_array_length(data) FROM customer
SELECT jsonb_array_elements_text(data -> 'x') FROM customer
SELECT e ->> 'n' FROM customer c CROSS JOIN LATERAL jsonb_array_elements(c.data -> 'a') AS e
SELECT e.value ->> 'n' FROM customer c CROSS JOIN jsonb_array_elements(c.data) e
SELECT k FROM customer, jsonb_object_keys(data) AS k
SELECT * FROM jsonb_populate_record(NULL::customer, '{}')
SELECT name FROM jsonb_populate_recordset(NULL::customer, '[]')
SELECT r.nom FROM jsonb_populate_recordset(NULL::customer, '[]') r
SELECT a.b FROM jsonb_to_recordset('[]') AS a (b int, c text)
SELECT a.d FROM jsonb_to_recordset('[]') AS a (b int, c text)
SELECT string_to_array(name, ','), array_to_string(tags, ','), array_position(tags, 'a'), array_remove(tags, 'x'), array_cat(tags, tags), unnest(tags) FROM customer
SELECT 'a' = ANY(tags), ARRAY['a'] <@ tags, tags = '{}', tags = ARRAY[]::text[] FROM customer
SELECT 1 = ANY(tags) FROM customer
SELECT array_agg(tags) FROM customer
SELECT ARRAY[1, 2, 'x']
SELECT ARRAY[1, 2.5, NULL], ARRAY['a', NULL], ARRAY[[1, 2], [3, 4]]
SELECT ARRAY[]
SELECT ARRAY[]::int[]
SELECT ROW(1, 'a'), (1, 'a') = (2, 'b'), ROW(c.*) FROM customer c
SELECT (id, name) > (1, 'x') FROM customer
SELECT (id, name) > (1, 2) FROM customer
SELECT * FROM customer WHERE (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT 20
SELECT c.name FROM customer AS c WHERE c = c
SELECT count(c) FROM customer c
SELECT count(DISTINCT c.name), count(DISTINCT (c.name, c.id)) FROM customer c
SELECT max(created_at) FILTER (WHERE id > 1) - min(created_at) FROM customer
SELECT sum(count(*)) OVER () FROM customer GROUP BY name
SELECT name, rank() OVER (ORDER BY count(*) DESC) FROM customer GROUP BY name
SELECT id, ntile(4) OVER (ORDER BY id), cume_dist() OVER (ORDER BY id), lead(name) OVER w, last_value(name) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM customer WINDOW w AS (ORDER BY id)
SELECT id, sum(id) OVER (ORDER BY created_at RANGE BETWEEN interval '1 day' PRECEDING AND CURRENT ROW) FROM customer
SELECT mode() WITHIN GROUP (ORDER BY status), percentile_disc(0.5) WITHIN GROUP (ORDER BY total), rank(5) WITHIN GROUP (ORDER BY id) FROM orders
SELECT GREATEST(at, now()) FROM orders
SELECT COALESCE(status, 'new'), COALESCE($1, total), COALESCE(note, 5) FROM orders
SELECT COALESCE(status, 'nope') FROM orders
SELECT COALESCE(status::text, note, 'x'), NULLIF(total, 0), NULLIF(status, 'new') FROM orders
SELECT CASE WHEN status = 'new' THEN 1 WHEN total IS NULL THEN 2.5 END, CASE id WHEN 1 THEN 'a' WHEN 2 THEN 'b' ELSE status::text END FROM orders
SELECT CASE id WHEN 'x' THEN 1 END FROM orders
SELECT CASE WHEN id THEN 1 END FROM orders
SELECT id FROM orders WHERE $1::int IS NULL OR id = $1
SELECT id FROM orders WHERE ($1::text IS NULL OR note = $1) AND ($2::status IS NULL OR status = $2)
SELECT $1::int + $2, $3 || 'x'
SELECT $1 + $2
SELECT id + $1 FROM orders
SELECT now() + $1
SELECT now() + $1::interval, now() - ($1 || ' days')::interval
SELECT now() - $1 * interval '1 day'
SELECT make_date(2020, 1, 1), make_timestamp(2020, 1, 1, 0, 0, 0), justify_days(interval '40 days'), isfinite(now()), clock_timestamp()
SELECT '1'::int + '2'::int, '{"a":1}'::jsonb -> 'a', 'x' || 1, 'a' || NULL, NULL || 'b', 1 || 2
SELECT 'a' + 1
SELECT 'a' + 'b'
SELECT 'a' < 'b', NULL = NULL, 'a' = NULL
SELECT 5 % 2.5, 2 ^ 3, |/ 25, @ -5, ~ 5, 5 & 3, 5 # 3, 1 << 2, '5' * 2
SELECT TRUE AND NULL, NOT NULL
SELECT -'5'
SELECT - name FROM customer
SELECT pg_typeof(name), pg_size_pretty(5::bigint), pg_table_size('customer'), obj_description('customer'::regclass), to_regclass('nope') FROM customer
SELECT pg_try_advisory_xact_lock($1, $2), pg_sleep(0), txid_current(), pg_notify('a', 'b')
SELECT set_config('a', 'b', true), current_setting('a', true), current_schema(), current_database(), session_user, inet_client_addr()
SELECT quote_ident('a'), quote_literal(5), quote_nullable(NULL), format('%I', 'x'), chr(65), ascii('a'), starts_with('ab', 'a'), reverse('abc'), lpad('a', 5), translate('a', 'b', 'c'), initcap('a'), overlay('abc' placing 'x' from 1), strpos('a', 'b')
SELECT regexp_matches(name, 'a', 'g'), regexp_split_to_table(name, ','), regexp_split_to_array(name, ','), regexp_match(name, 'a') FROM customer
SELECT m[1] FROM customer, regexp_matches(name, '(a)') AS m
SELECT array_length(regexp_split_to_array(name, ','), 1), (regexp_match(name, 'a'))[1], (string_to_array(name, ','))[2] FROM customer
SELECT int4range(1, 5) @> 3, tstzrange(now(), NULL) && tstzrange(created_at, now()), lower(int4range(1, 2)), daterange('2020-01-01', '2020-02-01') FROM customer
SELECT int4range(1, 5) @> 'x'
SELECT encode(digest('a', 'sha256'), 'hex')
SELECT uuidv7(), gen_random_uuid()::text, uuid_extract_timestamp(uuidv7())
SELECT uuid_generate_v4()
SELECT similarity('a', 'b')
SELECT x.id FROM (customer c CROSS JOIN late l) x
SELECT id FROM (customer c CROSS JOIN late l) x
SELECT name FROM (customer c CROSS JOIN item i) x (a, b, c)
SELECT c.id FROM customer c FULL JOIN late l USING (id) WHERE c.id = 1 AND id = 2
SELECT * FROM customer c FULL JOIN orders o USING (id)
SELECT a.id FROM late a JOIN late b USING (id) JOIN late c USING (id)
SELECT id, a.x, b.x FROM late a LEFT JOIN late b USING (id)
SELECT x FROM late a LEFT JOIN late b USING (id)
SELECT * FROM late a JOIN late b ON a.id = b.id JOIN late c USING (id)
SELECT * FROM customer a JOIN item b ON a.name = b.sku NATURAL JOIN late
SELECT customer.* FROM customer, public.orders WHERE public.orders.id = customer.id AND public.customer.name = 'x'
SELECT public.customer.name FROM customer c
SELECT c.tableoid, c.ctid FROM customer c
SELECT p.ctid FROM people p
SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public'
SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'customer'
SELECT * FROM people WHERE loud = 'X' ORDER BY loud
SELECT people.mail, joined.total FROM people JOIN joined USING (id)
SELECT * FROM (SELECT * FROM people) p JOIN customer c USING (id, name)
SELECT * FROM customer c WHERE c.id IN (SELECT customer_id FROM totals WHERE total > 5)
SELECT * FROM customer c WHERE c.id IN (SELECT c.id FROM totals WHERE total > 5)
SELECT * FROM customer c WHERE c.id = (SELECT max(customer_id) FROM orders WHERE total > c.id)
SELECT * FROM customer c WHERE c.id = (SELECT customer_id, 1 FROM orders)
SELECT (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) AS n, c.name FROM customer c ORDER BY n
SELECT (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) AS n FROM customer c WHERE n > 5
SELECT id AS x FROM customer GROUP BY x HAVING x > 1
SELECT name AS id, count(*) FROM customer GROUP BY id
SELECT c.name AS n, sum(o.total) FROM customer c JOIN orders o ON c.id = o.customer_id GROUP BY c.id ORDER BY c.created_at, n
SELECT c.name || c.mail, sum(o.total) * 2 FROM customer c JOIN orders o ON c.id = o.customer_id GROUP BY c.name || c.mail
SELECT c.name || c.mail FROM customer c GROUP BY c.name
SELECT CASE WHEN id > 1 THEN name END FROM customer GROUP BY id
SELECT date_trunc('day', created_at), count(*) FROM customer GROUP BY date_trunc('day', created_at) ORDER BY date_trunc('day', created_at)
SELECT p.id, p.name, count(*) FROM people p GROUP BY p.id
SELECT o.customer_id, array_agg(o.code), (SELECT max(i.qty) FROM item i WHERE i.order_id = o.customer_id) FROM orders o GROUP BY o.customer_id
SELECT COALESCE(sum(total), 0) + 1 FROM orders HAVING count(*) > 1
SELECT total FROM orders HAVING count(*) > 1
SELECT DISTINCT customer_id FROM orders ORDER BY customer_id
SELECT DISTINCT ON (o.customer_id) o.* FROM orders o ORDER BY o.customer_id, o.at DESC
SELECT 1 FROM orders ORDER BY 1, total
SELECT id FROM orders UNION SELECT id FROM customer ORDER BY 1
SELECT id FROM orders UNION (SELECT id FROM customer ORDER BY id LIMIT 1)
SELECT id, note FROM orders UNION ALL SELECT id, NULL FROM customer
SELECT note FROM orders UNION ALL SELECT NULL UNION ALL SELECT 5
SELECT NULL UNION SELECT NULL UNION SELECT 5
SELECT code FROM orders UNION SELECT note FROM orders
SELECT at FROM orders UNION SELECT created_at FROM customer
SELECT tags FROM customer UNION SELECT ARRAY['x']
SELECT tags FROM customer UNION SELECT ARRAY[1]
SELECT mail FROM customer UNION SELECT name FROM customer
WITH a AS (SELECT 1 AS x UNION SELECT 'y') SELECT * FROM a
WITH a AS (VALUES (1, 'x')) SELECT column1, column2 FROM a
WITH a AS MATERIALIZED (SELECT * FROM orders) SELECT a.total FROM a WHERE a.status = 'new'
WITH a AS (SELECT 'new' AS s) SELECT o.id FROM orders o JOIN a ON a.s = o.status
WITH a AS (SELECT 'new'::status AS s) SELECT o.id FROM orders o JOIN a ON a.s = o.status
WITH a AS (INSERT INTO late (id) VALUES (1) RETURNING id, x) SELECT a.id FROM a JOIN late l ON l.id = a.id
WITH a AS (UPDATE late SET x = 2 WHERE id IN (SELECT id FROM late ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING *) SELECT * FROM a
WITH RECURSIVE a AS (SELECT 1 AS n, 'x' AS t UNION ALL SELECT n + 1, t || 'y' FROM a) SELECT * FROM a
WITH RECURSIVE a (n) AS (SELECT id FROM customer UNION SELECT a.n FROM a, b), b AS (SELECT 1) SELECT * FROM a
WITH o AS (SELECT 1 AS one) DELETE FROM late USING o WHERE late.id = o.one
WITH o AS (SELECT 1 AS one) UPDATE late SET x = one FROM o WHERE late.id = o.one
WITH o AS (SELECT 1 AS one) INSERT INTO late SELECT one FROM o
INSERT INTO late WITH o AS (SELECT 1 AS one) SELECT one, one FROM o
INSERT INTO late (x) SELECT generate_series(1, 10)
INSERT INTO late (x) (SELECT 1 UNION ALL SELECT 2)
INSERT INTO late (x) VALUES ((SELECT max(id) FROM customer))
INSERT INTO late (x) VALUES ((SELECT max(name) FROM customer))
INSERT INTO late (x) SELECT max(id) FROM customer HAVING count(*) > 0
INSERT INTO late VALUES ($1, $2), ($3, $4)
INSERT INTO late (id, x) SELECT * FROM unnest($1::int[], $2::int[])
INSERT INTO late (id, x) SELECT (j ->> 'id')::int, (j ->> 'x')::int FROM jsonb_array_elements($1::jsonb) j
INSERT INTO orders (customer_id, total, status) SELECT customer_id, total, status FROM orders WHERE id = $1
INSERT INTO orders (customer_id, total, status) SELECT DISTINCT 1, 2, 'new'
INSERT INTO orders (customer_id, total, status) SELECT 1, 2, 'new' UNION ALL SELECT 1, 3, 'paid'
INSERT INTO orders (customer_id, total, status) SELECT 1, 2, CASE WHEN true THEN 'new' ELSE 'paid' END
INSERT INTO orders (customer_id, total, status) VALUES (1, 2, CASE WHEN true THEN 'new' ELSE 'paid' END)
INSERT INTO orders (customer_id, total, status) VALUES (1, 2, COALESCE($1, 'new'))
INSERT INTO orders (customer_id, total, status) VALUES (1, 2, COALESCE($1, 'new')::status)
INSERT INTO orders (key, at) VALUES ('nope', now())
INSERT INTO orders (key, at) VALUES (gen_random_uuid(), now())
INSERT INTO orders (key) VALUES (md5('x'))
INSERT INTO orders (key) VALUES (md5('x')::uuid)
INSERT INTO orders (at) VALUES ('2024-01-01'), (CURRENT_DATE)
INSERT INTO orders (at) VALUES (5)
INSERT INTO orders (total) VALUES ('5'), (5), ($1), (5::float8)
INSERT INTO orders (code) VALUES (5), (true)
INSERT INTO orders (note) VALUES (now()), ('x')
INSERT INTO orders (note) VALUES (ARRAY['x'])
INSERT INTO orders (raw) VALUES ('{}'::jsonb)
INSERT INTO customer (data) VALUES ('{}'::json)
INSERT INTO customer (data) VALUES ('x'::text)
INSERT INTO customer (mail) VALUES ('a@b'), (5)
INSERT INTO customer (tags) SELECT array_agg(sku) FROM item
INSERT INTO customer (tags) SELECT array_agg(qty) FROM item
INSERT INTO customer (tags, id) VALUES ('{}', nextval('customer_id_seq'))
INSERT INTO people (id, name) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET name = excluded.name
INSERT INTO people (id, name) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET loud = excluded.name
INSERT INTO item AS i VALUES (1, 'x', 1, 'n') ON CONFLICT (order_id, sku) DO UPDATE SET qty = i.qty + excluded.qty WHERE i.qty < excluded.qty RETURNING i.qty, i.*
INSERT INTO item AS i VALUES (1, 'x', 1, 'n') ON CONFLICT (order_id, sku) DO UPDATE SET (qty, name) = (excluded.qty, excluded.name)
INSERT INTO item AS i VALUES (1, 'x', 1, 'n') ON CONFLICT (order_id, sku) DO UPDATE SET qty = item.qty
INSERT INTO item VALUES (1, 'x', 1, 'n') ON CONFLICT (order_id, sku) DO UPDATE SET qty = 'x'
INSERT INTO item VALUES (1, 'x', 1, 'n') ON CONFLICT (order_id, sku, qty) DO NOTHING
INSERT INTO item VALUES (1, 'x', 1, 'n') ON CONFLICT ON CONSTRAINT item_pkey DO UPDATE SET qty = DEFAULT
INSERT INTO item VALUES (1, 'x', 1, 'n') ON CONFLICT ON CONSTRAINT item_live DO NOTHING
UPDATE item SET qty = i.n FROM (SELECT order_id, count(*) AS n FROM item GROUP BY order_id) i WHERE i.order_id = item.order_id
UPDATE item SET qty = v.q FROM (VALUES (1, 5), (2, 6)) AS v (id, q) WHERE v.id = item.order_id
UPDATE item SET qty = v.q::int FROM (VALUES ($1, $2)) AS v (id, q) WHERE v.id::bigint = item.order_id
UPDATE item SET qty = qty + $1, name = COALESCE($2, name) WHERE order_id = $3 AND sku = $4 RETURNING qty
UPDATE item SET qty = qty || 'x'
UPDATE item SET qty = 1.5, name = 5, sku = now()
UPDATE item SET qty = true
UPDATE item SET order_id = $1::text
UPDATE orders SET at = at + 1, total = total * 1.1, note = note || code, key = NULL, raw = to_json(note)
UPDATE orders SET at = created_at FROM customer
UPDATE orders SET at = note
UPDATE orders SET note = at, code = total, total = code
UPDATE orders SET status = $1, note = $2 WHERE id = $3 AND status <> $1
UPDATE orders SET status = 'new' WHERE status = ANY($1::status[])
UPDATE orders SET status = (SELECT 'new')
UPDATE orders SET status = (SELECT 'new'::status)
UPDATE orders SET total = (SELECT sum(qty) FROM item WHERE order_id = orders.id)
UPDATE orders SET total = (SELECT sum(qty) FROM item WHERE order_id = o.id)
UPDATE ONLY customer SET name = name
UPDATE customer SET data = jsonb_set(COALESCE(data, '{}'), '{a}', to_jsonb($1::text)), tags = tags || $2::text, tags[1] = 'x'
UPDATE customer SET data = jsonb_set(data, '{a}', to_jsonb($1))
UPDATE customer SET data = data #- '{a}' WHERE data @? '$.a' AND data @@ '$.a > 1'
UPDATE customer SET (name) = ROW('x')
UPDATE customer SET (name, mail) = ROW('x', 'y')
DELETE FROM customer c WHERE NOT EXISTS (SELECT FROM orders WHERE customer_id = c.id)
DELETE FROM customer c USING orders, item i WHERE c.id = customer_id AND i.name = c.name
DELETE FROM customer c USING orders, item i WHERE c.id = customer_id AND name = 'x'
DELETE FROM customer RETURNING id, old.name, new.name
SELECT double(VARIADIC ARRAY[1])
SELECT concat_ws(',', name, id, VARIADIC ARRAY['x']) FROM customer
SELECT concat_ws(',', VARIADIC tags), num_nulls(1, 2), jsonb_build_array(1, 'x', name), jsonb_extract_path(data, 'a', 'b') FROM customer
SELECT count(*), customer_id FROM orders o GROUP BY o.customer_id, total ORDER BY o.total
SELECT name FROM customer FETCH FIRST 5 ROWS ONLY
SELECT XMLELEMENT(NAME a, name), xpath('/a', '<a/>') FROM customer
SELECT IS_NULL(1)
SELECT t.name FROM customer t ORDER BY t.created_at USING >
SELECT "Name" FROM customer
SELECT s.n, s.m FROM (SELECT count(*) n, max(total) m FROM orders) s
SELECT big, small FROM shop.price WHERE big = small AND big = real AND id = big AND amount > 5::money AND small = 1.5
SELECT amount > 5 FROM shop.price
SELECT id FROM customer WHERE name COLLATE "C" > 'a' ORDER BY name COLLATE "de-x-icu"
SELECT id FROM customer WHERE mail ~* $1 AND mail = ANY($2) AND mail IN ('a', 'b')
SELECT x.y FROM (SELECT home AS y FROM customer) x WHERE (x.y).zip = 5
SELECT (customer.home).zip, (home).nope FROM customer
SELECT customer.home.zip FROM customer
SELECT (every_customer()).name
SELECT (pairs(1)).l
SELECT e.* FROM every_customer() e
SELECT e.name, o.id FROM every_customer() e JOIN orders o ON o.customer_id = e.id
SELECT a.* FROM customer c, LATERAL pairs(c.id) a
SELECT double FROM double(5)
SELECT d FROM double(5) d
SELECT d.d FROM double(5) d
SELECT * FROM ROWS FROM (double(1), generate_series(1, 2)) AS r (a, b)
SELECT * FROM now() AS t WHERE t > '2020-01-01'
SELECT * FROM current_date
