from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.field_service_billing.models.field_service_offer import COST_GROUP


class FieldServiceOfferKpiReport(models.Model):
    """Recommendations by the day on which they were found and presented.

    The same rows as the recommendation analysis, with plain dates by the company's
    clock and the order on which the rule found something.
    """

    _name = "field.service.offer.kpi.report"
    _description = "Recommendations by Day"
    _inherit = "field.service.offer.report"
    _auto = False
    _rec_name = "offer_id"
    _order = "found_on desc, id desc"

    order_id = fields.Many2one(
        "field.service.order", string="Found on Order", readonly=True
    )
    presented_order_id = fields.Many2one(
        "field.service.order", string="Presented on Order", readonly=True
    )
    asset_id = fields.Many2one("field.service.asset", string="Equipment", readonly=True)
    site_id = fields.Many2one("res.partner", readonly=True)
    found_on = fields.Date(readonly=True)
    date = fields.Date(string="Presented On Day", readonly=True)
    presented_margin = fields.Monetary(
        string="Expected Margin Presented", readonly=True, groups=COST_GROUP
    )

    missed_margin = fields.Monetary(
        string="Expected Margin Not Presented",
        readonly=True,
        groups=COST_GROUP,
        help="Of recommendations that nobody presented before the work was completed.",
    )

    _depends = {
        "field.service.offer": ["asset_id", "expected_margin", "order_id", "site_id"],
        "field.service.offer.report": ["presented"],
        "field.service.order": ["state"],
        "res.company": ["resource_calendar_id"],
        "resource.calendar": ["tz"],
    }

    @property
    def _table_query(self):
        return SQL(
            """SELECT found.*, source.order_id, source.asset_id, source.site_id,
                      %(found_day)s AS found_on, %(presented_day)s AS date,
                      CASE WHEN found.presented = 1
                           THEN source.order_id END AS presented_order_id,
                      CASE WHEN found.presented = 1
                           THEN source.expected_margin END AS presented_margin,
                      CASE WHEN found.presented = 0 AND source.state != 'accepted'
                            AND work.state IN ('done', 'closed')
                           THEN source.expected_margin END AS missed_margin
                 FROM (%(offers)s) found
                 JOIN field_service_offer source ON source.id = found.id
                 JOIN field_service_order work ON work.id = source.order_id
                 JOIN res_company company ON company.id = found.company_id
                 LEFT JOIN resource_calendar calendar
                        ON calendar.id = company.resource_calendar_id""",
            found_day=self._to_day(SQL("source.create_date")),
            presented_day=self._to_day(SQL("found.presented_on")),
            offers=super()._table_query,
        )

    def _to_day(self, moment):
        return self.env["field.service.order.dimension"]._get_day_sql(moment)
