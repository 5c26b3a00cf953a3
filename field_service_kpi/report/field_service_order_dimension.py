from odoo import fields, models
from odoo.tools import SQL


class FieldServiceOrderDimension(models.AbstractModel):
    """What every flat report about work orders can be cut by.

    A report adds its own columns to ``_select_fields`` and says its tables in
    ``_from``; the order is aliased ``service_order``, with ``company`` and
    ``calendar`` joined by ``_get_dimension_joins``. Days are those of the company's
    clock, whoever reads the report.
    """

    _name = "field.service.order.dimension"
    _description = "Columns of a Work Order in Reports"

    order_id = fields.Many2one(
        "field.service.order", string="Work Order", readonly=True
    )
    company_id = fields.Many2one("res.company", readonly=True)
    # A column of its own: a related currency makes the web client ask twice.
    currency_id = fields.Many2one("res.currency", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    site_id = fields.Many2one("res.partner", readonly=True)
    asset_id = fields.Many2one(
        "field.service.asset",
        string="Equipment",
        readonly=True,
        help="The first registered one, when the order has several.",
    )
    job_type_id = fields.Many2one("field.service.job.type", readonly=True)
    team_id = fields.Many2one("field.service.team", readonly=True)
    agreement_id = fields.Many2one("field.service.agreement", readonly=True)
    coverage = fields.Selection(
        selection=lambda self: self.env["field.service.order"]
        ._fields["coverage"]
        ._description_selection(self.env),
        readonly=True,
    )

    @property
    def _table_query(self):
        select = SQL(", ").join(
            SQL("%s AS %s", expression, SQL.identifier(name))
            for name, expression in self._select_fields().items()
        )
        return SQL("SELECT %s FROM %s WHERE %s", select, self._from(), self._where())

    def _select_fields(self) -> dict[str, SQL]:
        """Columns by field name. Extend with ``{**super()._select_fields(), ...}``."""
        names = ("partner_id", "site_id", "job_type_id", "team_id", "agreement_id")
        return {
            "id": SQL("service_order.id"),
            "order_id": SQL("service_order.id"),
            "company_id": SQL("company.id"),
            "currency_id": SQL("company.currency_id"),
            "asset_id": self.env["field.service.ledger.report"]._get_asset_sql(),
            **{
                name: SQL.identifier("service_order", name)
                for name in (*names, "coverage")
            },
        }

    def _from(self) -> SQL:
        """Tables of the report."""
        return SQL("field_service_order service_order %s", self._get_dimension_joins())

    def _where(self) -> SQL:
        """Which rows there are."""
        return SQL("TRUE")

    def _get_dimension_joins(self) -> SQL:
        """The order's company and its clock."""
        return SQL(
            """JOIN res_company company ON company.id = service_order.company_id
            LEFT JOIN resource_calendar calendar
                   ON calendar.id = company.resource_calendar_id"""
        )

    def _get_day_sql(self, moment) -> SQL:
        """Day of a moment by the clock of the company."""
        return SQL(
            "(%s AT TIME ZONE 'UTC' AT TIME ZONE COALESCE(calendar.tz, 'UTC'))::date",
            moment,
        )

    def _get_today_sql(self) -> SQL:
        return SQL(
            "(CURRENT_TIMESTAMP AT TIME ZONE COALESCE(calendar.tz, 'UTC'))::date"
        )

    def _get_rate_sql(self, currency, day) -> SQL:
        """Units of ``currency`` for one of the base, as Odoo reads its rates."""
        query = """SELECT rate.rate FROM res_currency_rate rate
                    WHERE rate.currency_id = %s AND %s
                      AND (rate.company_id IS NULL OR rate.company_id =
                           split_part(company.parent_path, '/', 1)::integer)
                    ORDER BY rate.company_id, rate.name %s LIMIT 1"""
        return SQL(
            "COALESCE((%s), (%s), 1.0)",
            SQL(query, currency, SQL("rate.name <= %s", day), SQL("DESC")),
            SQL(query, currency, SQL("TRUE"), SQL("ASC")),
        )

    def _to_company_sql(self, amount, currency, day) -> SQL:
        """An amount of another currency in that of the company, to its cents."""
        own = SQL("company.currency_id")
        return SQL(
            """CASE WHEN %(currency)s = %(own)s THEN %(amount)s
                    ELSE ROUND((%(amount)s * %(own_rate)s / %(rate)s)::numeric,
                               own_currency.decimal_places) END""",
            currency=currency,
            own=own,
            amount=amount,
            own_rate=self._get_rate_sql(own, day),
            rate=self._get_rate_sql(currency, day),
        )

    def action_open_order(self):
        """Open the work order of the row."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "field.service.order",
            "res_id": self.order_id.id,
            "views": [(False, "form")],
        }
