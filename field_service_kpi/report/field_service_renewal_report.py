from odoo import fields, models
from odoo.tools import SQL


class FieldServiceRenewalReport(models.Model):
    """Terms of agreements that came to their end: renewed or not.

    An agreement has a row for its last renewal, and one for the end after which nobody
    renewed it. Earlier renewals are not kept.
    """

    _name = "field.service.renewal.report"
    _description = "Renewal of Agreements"
    _auto = False
    _rec_name = "agreement_id"
    _order = "date desc, id desc"

    agreement_id = fields.Many2one("field.service.agreement", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    team_id = fields.Many2one("field.service.team", readonly=True)
    date = fields.Date(string="End of the Term", readonly=True)
    expiring = fields.Integer(readonly=True)
    renewed = fields.Integer(readonly=True)

    _depends = {
        "field.service.agreement": [
            "company_id",
            "date_end",
            "partner_id",
            "state",
            "team_id",
            "term_start",
        ],
        "res.company": ["resource_calendar_id"],
        "resource.calendar": ["tz"],
    }

    @property
    def _table_query(self):
        today = self.env["field.service.order.dimension"]._get_today_sql()
        return SQL(
            """SELECT agreement.id * 2 + term.renewed AS id,
                      agreement.id AS agreement_id, agreement.company_id,
                      agreement.partner_id, agreement.team_id, term.date,
                      1 AS expiring, term.renewed
                 FROM field_service_agreement agreement
                 JOIN res_company company ON company.id = agreement.company_id
                 LEFT JOIN resource_calendar calendar
                        ON calendar.id = company.resource_calendar_id
                CROSS JOIN LATERAL (
                    VALUES (agreement.term_start - 1, 1), (agreement.date_end, 0)
                ) term (date, renewed)
                WHERE agreement.state IN ('active', 'suspended', 'ended')
                  AND term.date < %s""",
            today,
        )
