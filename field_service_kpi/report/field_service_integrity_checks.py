from odoo import models
from odoo.tools import SQL

from .field_service_ledger_report import PROFIT_AND_LOSS_TYPES


class FieldServiceIntegrityChecks(models.AbstractModel):
    """The queries of the integrity list, one per kind of finding."""

    _name = "field.service.integrity.checks"
    _description = "Work Order Integrity Checks"

    def _get_checks(self) -> dict[str, SQL]:
        """Query of each kind of finding. Extend with ``{**super()..., kind: query}``.

        Make the queries by ``_prepare_check``.
        """
        return {
            **self._get_split_checks(),
            **self._get_distribution_checks(),
            **self._get_share_checks(),
            "order_lost": self._get_order_lost_check(),
        }

    def _prepare_check(self, kind, severity, tables, where, **columns) -> SQL:
        """Return the query of one kind of finding.

        ``tables`` must offer ``item``; ``columns`` are SQL for ``key`` (the id of
        the record that breaks the rule), ``order_id`` and ``amount``.
        """
        kinds = [value for value, _label in self._fields["kind"].selection]
        return SQL(
            """SELECT %(key)s::bigint * 64 + %(number)s AS id, %(kind)s AS kind,
                      %(severity)s AS severity, item.company_id,
                      item.company_currency_id AS currency_id,
                      %(order)s::integer AS order_id, item.id AS move_line_id,
                      item.move_id, item.account_id, item.date,
                      %(amount)s::numeric AS amount
                 FROM %(tables)s WHERE %(where)s""",
            key=columns.get("key", SQL("item.id")),
            number=kinds.index(kind),
            kind=kind,
            severity=severity,
            order=columns.get("order_id", SQL("NULL")),
            amount=columns["amount"],
            tables=tables,
            where=where,
        )

    def _get_posted(self) -> SQL:
        """Condition of what counts: posted items on profit and loss accounts."""
        return SQL(
            "item.parent_state = 'posted' AND account.account_type IN %s",
            PROFIT_AND_LOSS_TYPES,
        )

    def _get_plan_sql(self) -> SQL:
        return self.env["field.service.ledger.report"]._get_plan_sql("share")

    def _get_split_checks(self) -> dict[str, SQL]:
        """Items whose shares on the work order plan are not the whole item."""
        rest = SQL("(-item.balance - shares.amount)")
        # What is left over has the sign of the item itself: too little was shared.
        checks = {
            "under_split": ("2_warning", SQL("SIGN(%s) = SIGN(-item.balance)", rest)),
            "over_split": ("1_error", SQL("SIGN(%s) <> SIGN(-item.balance)", rest)),
        }
        return {
            kind: self._prepare_check(
                kind,
                severity,
                self._get_split_tables(),
                SQL(
                    "%s AND %s <> 0 AND %s AND NOT %s",
                    self._get_posted(),
                    rest,
                    condition,
                    self._get_decided(rest),
                ),
                order_id=SQL("shares.order_id"),
                amount=rest,
            )
            for kind, (severity, condition) in checks.items()
        }

    def _get_decided(self, amount) -> SQL:
        """Condition: somebody has said why that much is on no order."""
        return SQL(
            """EXISTS (SELECT FROM field_service_assignment_log decision
                        WHERE decision.move_line_id = item.id
                          AND decision.action = 'exclude'
                          AND decision.state = 'done' AND decision.amount = %s)""",
            amount,
        )

    def _get_split_tables(self) -> SQL:
        return SQL(
            """(SELECT share.move_line_id, SUM(share.amount) AS amount,
                       MIN(service_order.id) AS order_id
                  FROM account_analytic_line share
                  LEFT JOIN field_service_order service_order
                         ON service_order.analytic_account_id = %(plan)s
                 WHERE %(plan)s IS NOT NULL AND share.move_line_id IS NOT NULL
                 GROUP BY share.move_line_id) shares
            JOIN account_move_line item ON item.id = shares.move_line_id
            JOIN account_account account ON account.id = item.account_id""",
            plan=self._get_plan_sql(),
        )

    def _get_distribution_checks(self) -> dict[str, SQL]:
        """Distribution of a posted item against its analytic items, per order."""
        gap = SQL("(expected.amount - COALESCE(actual.amount, 0))")
        # Core rounds the shares of an item against each other, and percentages to
        # two digits: that much may differ.
        tolerance = SQL(
            """currency.rounding * (1 + (SELECT COUNT(*) FROM jsonb_object_keys(%s)))
            + ABS(item.balance) * 0.00005 * expected.keys""",
            self._get_distribution(),
        )
        missing = SQL(
            "actual.amount IS NULL AND ABS(expected.amount) >= currency.rounding"
        )
        changed = SQL("actual.amount IS NOT NULL AND ABS(%s) > %s", gap, tolerance)
        checks = {
            "missing_share": ("1_error", missing),
            "changed_share": ("2_warning", changed),
        }
        return {
            kind: self._prepare_check(
                kind,
                severity,
                self._get_distribution_tables(),
                condition,
                key=SQL("((item.id::bigint << 20) + expected.order_id %% 1048576)"),
                order_id=SQL("expected.order_id"),
                amount=gap,
            )
            for kind, (severity, condition) in checks.items()
        }

    def _get_distribution(self) -> SQL:
        """The distribution of an item as an object, whatever was written there."""
        return SQL(
            """CASE WHEN jsonb_typeof(item.analytic_distribution) = 'object'
                    THEN item.analytic_distribution ELSE '{}' END"""
        )

    def _get_distribution_tables(self) -> SQL:
        """What the distributions say and what the analytic items say, side by side."""
        return SQL(
            """(%(expected)s) expected
            JOIN account_move_line item ON item.id = expected.item_id
            JOIN res_currency currency ON currency.id = item.company_currency_id
            LEFT JOIN (
                SELECT share.move_line_id AS item_id, service_order.id AS order_id,
                       SUM(share.amount) AS amount
                  FROM account_analytic_line share
                  JOIN field_service_order service_order
                    ON service_order.analytic_account_id = %(plan)s
                 WHERE share.move_line_id IS NOT NULL
                 GROUP BY share.move_line_id, service_order.id) actual
              ON actual.item_id = expected.item_id
             AND actual.order_id = expected.order_id""",
            expected=self._get_expected_query(),
            plan=self._get_plan_sql(),
        )

    def _get_expected_query(self) -> SQL:
        """Amounts by item and order that the distributions ask for.

        Taking distributions apart is slow; the plain healthy case, one analytic item
        for all of the item, is left out beforehand.
        """
        return SQL(
            """SELECT item.id AS item_id, service_order.id AS order_id,
                      COUNT(*) AS keys,
                      SUM(-item.balance * entry.value::numeric / 100) AS amount
                 FROM account_move_line item
                 JOIN account_account account ON account.id = item.account_id
                CROSS JOIN LATERAL jsonb_each_text(%(distribution)s) entry
                CROSS JOIN LATERAL unnest(string_to_array(entry.key, ',')) part
                 JOIN field_service_order service_order
                   ON service_order.analytic_account_id
                      = CASE WHEN part ~ '^[0-9]+$' THEN part::integer END
                WHERE %(posted)s AND item.analytic_distribution IS NOT NULL
                  AND NOT EXISTS (
                      SELECT FROM account_analytic_line share
                       WHERE share.move_line_id = item.id
                         AND share.amount = -item.balance
                         AND item.analytic_distribution
                             = jsonb_build_object(COALESCE(%(plan)s::text, ''), 100))
                GROUP BY item.id, service_order.id""",
            distribution=self._get_distribution(),
            posted=self._get_posted(),
            plan=self._get_plan_sql(),
        )

    def _get_share_checks(self) -> dict[str, SQL]:
        """Single analytic items that are not what profit expects."""
        posted = self._get_posted()
        foreign = SQL("service_order.company_id <> item.company_id")
        locked = self._get_locked_condition()
        # Agreements have accounts of their own in the plan.
        agreed = SQL(
            """EXISTS (SELECT FROM field_service_agreement agreement
                        WHERE agreement.analytic_account_id = %s)""",
            self._get_plan_sql(),
        )
        checks = {
            "foreign_company": ("1_error", SQL("%s AND %s", posted, foreign)),
            "changed_after_lock": (
                "2_warning",
                SQL("%s AND %s AND NOT %s", posted, locked, self._get_seen()),
            ),
            "date_differs": (
                "2_warning",
                SQL("%s AND share.date <> item.date", posted),
            ),
            "not_posted": ("2_warning", SQL("item.parent_state <> 'posted'")),
            "no_order": (
                "2_warning",
                SQL(
                    "%s AND service_order.id IS NULL AND NOT %s AND NOT %s",
                    posted,
                    agreed,
                    self._get_left_alone(),
                ),
            ),
        }
        return {
            kind: self._prepare_share_check(kind, severity, condition)
            for kind, (severity, condition) in checks.items()
        }

    def _get_seen(self) -> SQL:
        """Condition: somebody has looked at the share since it was changed."""
        return SQL(
            """EXISTS (SELECT FROM field_service_assignment_log decision
                        WHERE decision.action = 'acknowledge'
                          AND decision.share_key = share.id
                          AND decision.seen_on >= date_trunc('second',
                              COALESCE(share.write_date, share.create_date)))"""
        )

    def _get_left_alone(self) -> SQL:
        """Condition: somebody has said why the item, as it is, is on no order."""
        return SQL(
            """EXISTS (SELECT FROM field_service_assignment_log decision
                        WHERE decision.move_line_id = item.id
                          AND decision.action = 'exclude' AND decision.state = 'done'
                          AND decision.after = item.analytic_distribution)"""
        )

    def _prepare_share_check(self, kind, severity, where) -> SQL:
        tables = SQL(
            """account_analytic_line share
            JOIN account_move_line item ON item.id = share.move_line_id
            JOIN account_account account ON account.id = item.account_id
            LEFT JOIN field_service_order service_order
                   ON service_order.analytic_account_id = %s""",
            self._get_plan_sql(),
        )
        return self._prepare_check(
            kind,
            severity,
            tables,
            SQL("%s IS NOT NULL AND %s", self._get_plan_sql(), where),
            key=SQL("share.id"),
            order_id=SQL("service_order.id"),
            amount=SQL("share.amount"),
        )

    def _get_locked_condition(self) -> SQL:
        """Condition: the share was written after its period had been locked.

        When a period was locked is read from the tracked changes of the company's
        lock dates. A date is locked since the first change from which on the lock
        date was never before it again: the smallest value of that and all later
        changes.
        """
        return SQL(
            """EXISTS (SELECT FROM (
                SELECT message.res_id AS company_id, change.create_date AS locked_at,
                       MIN(COALESCE(change.new_value_datetime, '-infinity')) OVER (
                           PARTITION BY message.res_id, change.field_id
                           ORDER BY change.id DESC) AS lock_date
                  FROM mail_tracking_value change
                  JOIN mail_message message ON message.id = change.mail_message_id
                  JOIN ir_model_fields field ON field.id = change.field_id
                 WHERE message.model = 'res.company'
                   AND field.name IN ('fiscalyear_lock_date', 'hard_lock_date')) lock
            WHERE lock.company_id = item.company_id AND lock.lock_date >= item.date
              AND COALESCE(share.write_date, share.create_date) > lock.locked_at)"""
        )

    def _get_order_lost_check(self) -> SQL:
        """Cost items of our own entries that are not on the order they were for."""
        tables = SQL(
            """account_move_line item
            JOIN account_account account ON account.id = item.account_id
            JOIN field_service_order service_order
              ON service_order.id = item.service_order_id"""
        )
        where = SQL(
            """%s AND item.service_cost_type IS NOT NULL AND item.balance <> 0
            AND NOT EXISTS (SELECT FROM account_analytic_line share
                             WHERE share.move_line_id = item.id
                               AND %s = service_order.analytic_account_id)""",
            self._get_posted(),
            self._get_plan_sql(),
        )
        return self._prepare_check(
            "order_lost",
            "1_error",
            tables,
            where,
            order_id=SQL("service_order.id"),
            amount=SQL("-item.balance"),
        )
