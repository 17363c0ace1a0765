-- What resolve/built-ins.json holds, as text, from the system catalogs of PostgreSQL 18. built-ins.spec.ts compares the two.
WITH type_names AS (
  SELECT oid, typname FROM pg_type WHERE typnamespace = 'pg_catalog'::regnamespace
), functions AS (
  SELECT p.proname AS name,
    concat_ws('|',
      (SELECT coalesce(string_agg(t.typname, ',' ORDER BY n), '') FROM unnest(p.proargtypes) WITH ORDINALITY a(oid, n) JOIN pg_type t USING (oid)),
      r.typname,
      CASE p.prokind WHEN 'f' THEN '' ELSE p.prokind::text END || CASE WHEN p.proretset THEN 's' ELSE '' END
        || CASE WHEN p.provariadic <> 0 THEN 'v' ELSE '' END || CASE WHEN g.aggkind IN ('o', 'h') THEN 'o' ELSE '' END
        || CASE WHEN p.pronargdefaults > 0 THEN p.pronargdefaults::text ELSE '' END,
      (SELECT coalesce(string_agg(p.proargnames[n] || ':' || t.typname, ',' ORDER BY n), '')
        FROM unnest(p.proallargtypes, p.proargmodes) WITH ORDINALITY a(oid, mode, n) JOIN pg_type t USING (oid) WHERE mode IN ('o', 'b', 't'))
    ) AS signature
  FROM pg_proc p JOIN pg_type r ON r.oid = p.prorettype LEFT JOIN pg_aggregate g ON g.aggfnoid = p.oid
  WHERE p.pronamespace = 'pg_catalog'::regnamespace
    AND NOT EXISTS (
      SELECT FROM pg_type WHERE oid = ANY (p.proargtypes::oid[] || p.prorettype) AND (typname ~ '^(internal|cstring|trigger)$|_(handler|trigger|command)$')
    )
)
SELECT jsonb_build_object(
  'types', (SELECT jsonb_object_agg(typname, typcategory::text || CASE WHEN typispreferred THEN '+' ELSE '' END) FROM pg_type
    WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype IN ('b', 'p', 'r', 'm') AND typname !~ '^_'),
  'casts', (SELECT jsonb_object_agg(s.typname || '>' || t.typname, castcontext::text) FROM pg_cast
    JOIN type_names s ON s.oid = castsource JOIN type_names t ON t.oid = casttarget WHERE castsource <> casttarget),
  'operators', (SELECT jsonb_object_agg(oprname, signatures) FROM (
    SELECT oprname, string_agg(coalesce(l.typname, '') || ',' || r.typname || '|' || e.typname, ' ' ORDER BY l.typname NULLS FIRST, r.typname) AS signatures
    FROM pg_operator JOIN type_names r ON r.oid = oprright JOIN type_names e ON e.oid = oprresult LEFT JOIN type_names l ON l.oid = oprleft
    WHERE oprnamespace = 'pg_catalog'::regnamespace GROUP BY oprname) o),
  'functions', (SELECT jsonb_object_agg(name, signatures) FROM (
    SELECT name, string_agg(signature, ' ' ORDER BY signature) AS signatures FROM functions GROUP BY name) f)
)::text AS built_ins
