"""Many copies of what the ORM has made, by set-based SQL.

What was created between ``mark`` and ``multiply`` is the seed. A copy of it is made of
new rows of the same tables with all their columns, whatever modules have added them, so
that a copy is exactly as faithful as the seed: references within the seed lead to the
rows of the same copy, references to pooled records to another one of the pool, dates
move back, amounts are a multiple, and names are made unique.
"""

from odoo.tools import SQL

SHIFTED_TYPES = {"date", "timestamp without time zone"}
# A prime, so that the days of one copy after another are far apart.
STRIDE = 7919
FACTORS = 5


class Multiplier:
    """Copies the rows that appear in some tables between two moments.

    :param tables: in the order in which rows may refer to each other
    :param relations: tables of many2many relations that concern those rows
    :param rewritten: by (table, column), what returns the SQL of a column that is
        neither copied nor recognised; it may use ``seed`` (the row),
        ``copy.number``, ``copy.factor`` and ``copy.days``
    """

    def __init__(self, env, tables, relations=(), rewritten=None):
        self.env = env
        self.tables = tables
        self.relations = relations
        self.rewritten = rewritten or {}
        self.pools = {}
        self.bases = {}
        self.sizes = {}
        self._references = self._read_references()
        self._amounts = self._read_amounts()

    def mark(self):
        """Remember what is there: what comes after it is the seed."""
        self.env.flush_all()
        for table in self.tables:
            [[last]] = self._ask("SELECT COALESCE(MAX(id), 0) FROM %s", table)
            self.bases[table] = last

    def add_pool(self, table, seed_ids, pool_ids):
        """Say which records take the place of those that the seed refers to.

        The n-th of the seed is replaced by one of ``pool_ids[n]``.
        """
        self.pools[table] = f"pool_{table}"
        self.env.cr.execute(
            SQL(
                "CREATE TEMPORARY TABLE %s (id integer, place integer, ids integer[])",
                SQL.identifier(self.pools[table]),
            )
        )
        for place, (seed_id, ids) in enumerate(zip(seed_ids, pool_ids, strict=True)):
            self.env.cr.execute(
                SQL(
                    "INSERT INTO %s VALUES (%s, %s, %s)",
                    SQL.identifier(self.pools[table]),
                    seed_id,
                    place,
                    list(ids),
                )
            )

    def multiply(self, copies, span, *, bulk=False):
        """Make the copies, their dates up to ``span`` days before the seed's.

        :param bulk: build indexes afterwards; takes a superuser of the database
        """
        self.env.flush_all()
        for table in self.tables:
            self._number_seed(table)
        self.env.cr.execute(
            SQL(
                """CREATE TEMPORARY TABLE copy AS
                   SELECT number, 1 + number %% %s AS factor,
                          (number::bigint * %s %% %s)::integer AS days
                     FROM generate_series(1, %s) number""",
                FACTORS,
                STRIDE,
                span,
                copies,
            )
        )
        self.env.cr.execute("ANALYZE copy")
        everything = [*self.tables, *self.relations]
        dropped = self._drop_indexes(everything) if bulk else []
        for table in self.tables:
            self._copy_table(table, copies)
        for table in self.relations:
            self._copy_relation(table)
        for definition in dropped:
            self.env.cr.execute(definition)
        if bulk:
            self.env.cr.execute("SET session_replication_role = origin")
        self.env.invalidate_all()
        self.analyze()

    def analyze(self):
        """Tell the planner about the new rows, as autovacuum would a minute later."""
        for table in [*self.tables, *self.relations]:
            self.env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))

    # ------------------------------------------------------------------- what there is
    def _ask(self, query, *names):
        self.env.cr.execute(SQL(query, *map(SQL.identifier, names)))
        return self.env.cr.fetchall()

    def _read_references(self):
        """Return {(table, column): the table it refers to}."""
        self.env.cr.execute(
            """SELECT link.conrelid::regclass::text, attribute.attname,
                      link.confrelid::regclass::text
                 FROM pg_constraint link
                 JOIN pg_attribute attribute ON attribute.attrelid = link.conrelid
                  AND attribute.attnum = link.conkey[1]
                WHERE link.contype = 'f'"""
        )
        return {
            (table, column): other for table, column, other in self.env.cr.fetchall()
        }

    def _read_amounts(self):
        """Return the (table, column) of all stored amounts of money."""
        return {
            (model._table, field.name)
            for model in self.env.values()
            if model._table in self.tables and model._auto
            for field in model._fields.values()
            if field.type == "monetary" and field.store
        }

    def _read_columns(self, table):
        self.env.cr.execute(
            """SELECT column_name, data_type FROM information_schema.columns
                WHERE table_schema = current_schema AND table_name = %s
                ORDER BY ordinal_position""",
            [table],
        )
        return dict(self.env.cr.fetchall())

    def _number_seed(self, table):
        """Number the rows of the seed; ids of the copies follow from the numbers."""
        mark = self.bases[table]
        numbers = SQL.identifier(f"seed_{table}")
        self.env.cr.execute(
            SQL(
                """CREATE TEMPORARY TABLE %s AS
                   SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS place
                     FROM %s WHERE id > %s""",
                numbers,
                SQL.identifier(table),
                mark,
            )
        )
        self.env.cr.execute(SQL("ANALYZE %s", numbers))
        self.env.cr.execute(SQL("SELECT COUNT(*) FROM %s", numbers))
        [self.sizes[table]] = self.env.cr.fetchone()
        # The sequence may be ahead of the rows that are there.
        self.env.cr.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table])
        [self.bases[table]] = self.env.cr.fetchone()

    # ------------------------------------------------------------------------- copying
    def get_copied_id(self, table, own) -> SQL:
        """Id of the copy of the row with the id ``own``, NULL when it is no seed."""
        return SQL(
            "(SELECT %s FROM %s mine WHERE mine.id = %s)",
            self._get_new_id(table, SQL("mine.place")),
            SQL.identifier(f"seed_{table}"),
            own,
        )

    def _get_new_id(self, table, place) -> SQL:
        """Id of the copy of that row of the seed."""
        return SQL(
            "%s + (copy.number - 1) * %s + %s",
            self.bases[table],
            self.sizes[table],
            place,
        )

    def _get_column(self, table, column, data_type, joins):
        """SQL of one column of a copy; adds to ``joins`` what it reads."""
        own = SQL.identifier("seed", column)
        if (table, column) in self.rewritten:
            return self.rewritten[table, column](self)
        if (table, column) in self._amounts:
            return SQL("%s * copy.factor", own)
        if data_type in SHIFTED_TYPES:
            return SQL("%s - copy.days * interval '1 day'", own)
        if column == "analytic_distribution":
            return self._get_distribution()
        other = self._references.get((table, column))
        if other in self.sizes:
            return self._get_reference(f"seed_{other}", other, own, joins)
        if other in self.pools:
            return self._get_pooled(other, own, joins)
        return own

    def _get_reference(self, numbers, other, own, joins):
        alias = SQL.identifier(f"link_{len(joins)}")
        joins.append(
            SQL(
                "LEFT JOIN %s %s ON %s.id = %s",
                SQL.identifier(numbers),
                alias,
                alias,
                own,
            )
        )
        return SQL(
            "COALESCE(%s, %s)", self._get_new_id(other, SQL("%s.place", alias)), own
        )

    def _get_pooled(self, other, own, joins):
        alias = SQL.identifier(f"link_{len(joins)}")
        joins.append(
            SQL(
                "LEFT JOIN %s %s ON %s.id = %s",
                SQL.identifier(self.pools[other]),
                alias,
                alias,
                own,
            )
        )
        return SQL(
            """COALESCE(%(pool)s.ids[1 + (hashint4(copy.number * 64 + %(pool)s.place)
               & 2147483647) %% cardinality(%(pool)s.ids)], %(own)s)""",
            pool=alias,
            own=own,
        )

    def _get_distribution(self):
        """The same percentages on the analytic accounts of the copy."""
        table = "account_analytic_account"
        return SQL(
            """CASE WHEN seed.analytic_distribution IS NOT NULL THEN (
                SELECT jsonb_object_agg(
                    COALESCE((%s)::text, part.key), part.value)
                  FROM jsonb_each(seed.analytic_distribution) part
                  LEFT JOIN %s mine ON mine.id::text = part.key) END""",
            self._get_new_id(table, SQL("mine.place")),
            SQL.identifier(f"seed_{table}"),
        )

    def _copy_table(self, table, copies):
        if not self.sizes[table]:
            return
        joins = []
        columns = {
            name: self._get_column(table, name, data_type, joins)
            for name, data_type in self._read_columns(table).items()
        }
        columns["id"] = self._get_new_id(table, SQL("seed_number.place"))
        self._insert(
            table,
            columns,
            [
                SQL(
                    "JOIN %s seed_number ON seed_number.id = seed.id",
                    SQL.identifier(f"seed_{table}"),
                ),
                *joins,
            ],
        )
        self.env.cr.execute(
            "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)",
            [table, self.bases[table] + copies * self.sizes[table] + 1],
        )

    def _copy_relation(self, table):
        """Copy the rows that have a foot in the seed."""
        joins = []
        columns = {
            name: self._get_column(table, name, data_type, joins)
            for name, data_type in self._read_columns(table).items()
        }
        inner = [
            SQL(
                "JOIN %s own_%s ON own_%s.id = %s",
                SQL.identifier(f"seed_{other}"),
                SQL(str(number)),
                SQL(str(number)),
                SQL.identifier("seed", name),
            )
            for number, name in enumerate(columns)
            if (other := self._references.get((table, name))) in self.sizes
        ]
        # Two of the seed may have become the same one of a pool.
        self._insert(table, columns, [*inner, *joins], SQL("ON CONFLICT DO NOTHING"))

    def _insert(self, table, columns, joins, ending=None):
        self.env.cr.execute(
            SQL(
                """INSERT INTO %(table)s (%(names)s)
                   SELECT %(values)s FROM %(table)s seed %(joins)s CROSS JOIN copy
                   %(ending)s""",
                ending=ending or SQL(),
                table=SQL.identifier(table),
                names=SQL(", ").join(map(SQL.identifier, columns)),
                values=SQL(", ").join(columns.values()),
                joins=SQL(" ").join(joins),
            )
        )

    def _drop_indexes(self, tables):
        """Drop what is no constraint, and switch triggers off; return definitions."""
        self.env.cr.execute("SET session_replication_role = replica")
        self.env.cr.execute(
            """SELECT indexes.indexname, indexes.indexdef FROM pg_indexes indexes
                WHERE indexes.schemaname = current_schema
                  AND indexes.tablename = ANY(%s)
                  AND NOT EXISTS (SELECT FROM pg_constraint
                                   WHERE conname = indexes.indexname)""",
            [list(tables)],
        )
        found = self.env.cr.fetchall()
        for name, _definition in found:
            self.env.cr.execute(SQL("DROP INDEX %s", SQL.identifier(name)))
        # A literal percent sign would be taken for a parameter.
        return [SQL(definition.replace("%", "%%")) for _name, definition in found]
