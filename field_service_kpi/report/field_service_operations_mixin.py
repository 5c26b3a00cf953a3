from odoo import fields, models
from odoo.tools import SQL


class FieldServiceOperationsMixin(models.AbstractModel):
    """What the flat reports on orders and visits have in common.

    A figure is a column that may be summed: 1 and 0 for counts, hours, and nothing
    where it was not measured, so that nothing is never taken for zero. Done before
    this system, or for ourselves: such rows are there, without figures.
    """

    _name = "field.service.operations.mixin"
    _description = "Operational Report"

    order_id = fields.Many2one("field.service.order", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    team_id = fields.Many2one("field.service.team", readonly=True)
    job_type_id = fields.Many2one("field.service.job.type", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    site_id = fields.Many2one("res.partner", readonly=True)
    asset_id = fields.Many2one(
        "field.service.asset",
        string="Equipment",
        readonly=True,
        help="The first of the order: a row is not counted twice.",
    )
    agreement_id = fields.Many2one("field.service.agreement", readonly=True)
    is_historic = fields.Boolean(string="Done before", readonly=True)
    is_internal = fields.Boolean(
        string="For Ourselves",
        readonly=True,
        help="The customer is the company itself: no figure counts it.",
    )

    _depends = {
        "field.service.order": [
            "agreement_id",
            "asset_ids",
            "company_id",
            "is_historic",
            "job_type_id",
            "partner_id",
            "site_id",
            "team_id",
        ],
        "resource.calendar": ["tz"],
        "res.company": ["partner_id", "resource_calendar_id"],
        "res.partner": ["commercial_partner_id", "tz"],
    }

    @property
    def _table_query(self):
        select = SQL(", ").join(
            SQL("%s AS %s", expression, SQL.identifier(name))
            for name, expression in self._select_fields().items()
        )
        return SQL("SELECT %s FROM %s WHERE %s", select, self._from(), self._where())

    # ------------------------------------------------------------------------ parts
    def _select_fields(self) -> dict[str, SQL]:
        """Columns by field name. Extend with ``{**super()._select_fields(), ...}``.

        The aliases are ``work`` (order), ``company`` and ``owner`` (its partner),
        ``calendar`` (the company's), ``customer``.
        """
        names = ("partner_id", "site_id", "job_type_id", "team_id", "agreement_id")
        return {
            "order_id": SQL("work.id"),
            "company_id": SQL("work.company_id"),
            **{name: SQL.identifier("work", name) for name in names},
            "asset_id": self._get_asset_sql(),
            "is_historic": SQL("COALESCE(work.is_historic, FALSE)"),
            "is_internal": self._get_internal_sql(),
        }

    def _from(self) -> SQL:
        """Tables of the report, the order first."""
        return SQL(
            """field_service_order work
            JOIN res_company company ON company.id = work.company_id
            JOIN res_partner owner ON owner.id = company.partner_id
            LEFT JOIN resource_calendar calendar
                   ON calendar.id = company.resource_calendar_id
            LEFT JOIN res_partner customer ON customer.id = work.partner_id"""
        )

    def _where(self) -> SQL:
        return SQL("TRUE")

    # ---------------------------------------------------------------------- phrases
    def _get_asset_sql(self) -> SQL:
        field = self.env["field.service.order"]._fields["asset_ids"]
        return SQL(
            "(SELECT MIN(link.%s) FROM %s link WHERE link.%s = work.id)",
            SQL.identifier(field.column2),
            SQL.identifier(field.relation),
            SQL.identifier(field.column1),
        )

    def _get_internal_sql(self) -> SQL:
        return SQL("COALESCE(customer.commercial_partner_id = owner.id, FALSE)")

    def _get_counting_sql(self) -> SQL:
        """Whether figures count the row at all."""
        return SQL(
            "NOT COALESCE(work.is_historic, FALSE) AND NOT %s",
            self._get_internal_sql(),
        )

    def _get_day_sql(self, moment) -> SQL:
        """Day of a moment (UTC) by the clock of the company."""
        return SQL(
            "((%s AT TIME ZONE 'UTC')"
            " AT TIME ZONE COALESCE(owner.tz, calendar.tz, 'UTC'))::date",
            moment,
        )

    def _get_hours_sql(self, start, stop) -> SQL:
        """Hours from one moment to another, none if it lies before."""
        return SQL("GREATEST(EXTRACT(EPOCH FROM %s - %s) / 3600.0, 0)", stop, start)

    def _get_flag_sql(self, measured, condition) -> SQL:
        """1 or 0 where it was measured, else nothing."""
        return SQL(
            "CASE WHEN %s THEN CASE WHEN %s THEN 1 ELSE 0 END END", measured, condition
        )

    def action_open_order(self):
        """Open the work order of a row."""
        self.ensure_one()
        return self._open_record(self.order_id)

    def _open_record(self, record):
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }
