-- How a database stood, kept beside it in a schema of its own, so that it stands so again within moments.

CREATE SCHEMA keeping;

CREATE FUNCTION keeping.tables() RETURNS SETOF name STABLE LANGUAGE sql AS $$
  SELECT relname FROM pg_class
  WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0 ORDER BY relname
$$;

CREATE FUNCTION keeping.columns(of name) RETURNS text STABLE LANGUAGE sql AS $$
  SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
  WHERE attrelid = format('public.%I', of)::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
$$;

-- what stands in the tables, in one text
CREATE FUNCTION keeping.told() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  of name;
  rows_of_it text;
  told text := '';
BEGIN
  FOR of IN SELECT keeping.tables() LOOP
    EXECUTE format('SELECT md5(string_agg(t::text, '','' ORDER BY t::text)) FROM public.%I AS t', of) INTO rows_of_it;
    told := told || coalesce(of || ' ' || rows_of_it || ' ', '');
  END LOOP;
  RETURN told;
END $$;

CREATE FUNCTION keeping.keep(place text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  of name;
  is_filled boolean;
BEGIN
  EXECUTE format('CREATE SCHEMA %I', place);
  EXECUTE format('CREATE TABLE %I."how it was filled" (command text)', place);
  FOR of IN SELECT keeping.tables() LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', of) INTO is_filled;
    CONTINUE WHEN NOT is_filled;
    EXECUTE format('CREATE TABLE %I.%I AS SELECT %s FROM public.%I', place, of, keeping.columns(of), of);
    EXECUTE format('INSERT INTO %I."how it was filled" VALUES (%L)', place, format(
      'INSERT INTO public.%I (%s) SELECT * FROM %I.%I', of, keeping.columns(of), place, of));
  END LOOP;
  EXECUTE format(
    'CREATE TABLE %I."how it had counted" AS SELECT format(''public.%%I'', sequencename)::regclass AS id, last_value
     FROM pg_sequences WHERE schemaname = ''public''', place);
END $$;

-- past triggers and foreign keys
CREATE FUNCTION keeping.restore(place text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  of name;
  filling text;
BEGIN
  PERFORM set_config('session_replication_role', 'replica', true);
  FOR of IN SELECT keeping.tables() LOOP
    EXECUTE format('DELETE FROM public.%I', of);
  END LOOP;
  FOR filling IN EXECUTE format('SELECT command FROM %I."how it was filled"', place) LOOP
    EXECUTE filling;
  END LOOP;
  EXECUTE format('SELECT count(setval(id, coalesce(last_value, 1), last_value IS NOT NULL)) FROM %I."how it had counted"',
    place);
END $$;
