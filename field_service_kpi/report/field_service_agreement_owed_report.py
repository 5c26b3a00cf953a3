from odoo import fields, models
from odoo.tools import SQL


class FieldServiceAgreementOwedReport(models.Model):
    """Visits that agreements owe, by the day on which they were owed.

    The same rows as *Visits Owed and Done*, with a plain date by the company's clock.
    """

    _name = "field.service.agreement.owed.report"
    _description = "Agreement Visits Owed to Date"
    _inherit = "field.service.agreement.visit.report"
    _auto = False
    _rec_name = "line_id"
    _order = "due_on desc, id desc"

    due_on = fields.Date(readonly=True)
    is_due = fields.Boolean(readonly=True, help="Its day has come.")

    _depends = {
        "field.service.agreement.visit.report": ["owed"],
        "res.company": ["resource_calendar_id"],
        "resource.calendar": ["tz"],
    }

    @property
    def _table_query(self):
        return SQL(
            """SELECT visit.*, visit.date <= %(now)s AS is_due,
                      (visit.date AT TIME ZONE 'UTC'
                       AT TIME ZONE COALESCE(calendar.tz, 'UTC'))::date AS due_on
                 FROM (%(visits)s) visit
                 JOIN res_company company ON company.id = visit.company_id
                 LEFT JOIN resource_calendar calendar
                        ON calendar.id = company.resource_calendar_id""",
            now=fields.Datetime.now(),
            visits=super()._table_query,
        )
