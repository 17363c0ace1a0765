import { writeCase as one, type WriteCase } from './write-case.ts';

const DEEP = `CREATE TABLE o (id int PRIMARY KEY);
CREATE TABLE p (k int NOT NULL, v text) PARTITION BY LIST (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1) PARTITION BY LIST (v);
CREATE TABLE p1x PARTITION OF p1 FOR VALUES IN ('x');
CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2);
CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
CREATE TABLE w (id int, ref text);
CREATE FUNCTION kind() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT label FROM kinds LIMIT 1); END $$;`;
const INTO_P1X = ["INSERT INTO p VALUES (1, 'x')"];
const INTO_P2 = ["INSERT INTO p VALUES (2, 'x')"];

/** What a partition has of its own, at any depth, and what an index or a default computes. */
export const PARTITION_CASES: readonly WriteCase[] = [
  one('a trigger on one partition', DEEP, 'CREATE TRIGGER t BEFORE INSERT ON p2 FOR EACH ROW EXECUTE FUNCTION no()', INTO_P2, 'P0001'),
  one('a trigger on another partition', DEEP, 'CREATE TRIGGER t BEFORE INSERT ON p2 FOR EACH ROW EXECUTE FUNCTION no()', INTO_P1X, 'safe'),
  one('a trigger below', DEEP, 'CREATE TRIGGER t BEFORE INSERT ON p1x FOR EACH ROW EXECUTE FUNCTION no()', INTO_P1X, 'P0001'),
  one('a trigger for a statement', DEEP, 'CREATE TRIGGER t BEFORE INSERT ON p1x EXECUTE FUNCTION no()', INTO_P1X, 'safe'),
  one('a foreign key below', DEEP, 'ALTER TABLE p1x ADD FOREIGN KEY (k) REFERENCES o NOT VALID', INTO_P1X, '23503'),
  one('a foreign key on another partition', DEEP, 'ALTER TABLE p2 ADD FOREIGN KEY (k) REFERENCES o NOT VALID', INTO_P1X, 'safe'),
  one('a CHECK below', DEEP, "ALTER TABLE p1x ADD CHECK (v <> 'x') NOT VALID", INTO_P1X, '23514'),
  one('an index over a cast', DEEP, 'CREATE INDEX ON w ((ref::int))', ["INSERT INTO w VALUES (1, 'A-1')"], '22P02'),
  one('an index over a cast that passes', DEEP, 'CREATE INDEX ON w ((ref::int))', ["INSERT INTO w VALUES (1, '12')"], 'safe'),
  one('a default that fails', DEEP, 'ALTER TABLE w ALTER ref SET DEFAULT kind()', ['INSERT INTO w (id) VALUES (1)'], '42P01'),
  one('a default that is not taken', DEEP, 'ALTER TABLE w ALTER ref SET DEFAULT kind()', ["INSERT INTO w VALUES (1, 'a')"], 'safe'),
];
