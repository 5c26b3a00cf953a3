from odoo import fields, models
from odoo.tools import SQL


class FieldServiceRatingReport(models.Model):
    """What customers said about work orders: one row per answer.

    Customers give up to five stars. On the scale of ten that NPS knows, a star is two:
    five stars are 9–10, three and fewer are 0–6.
    """

    _name = "field.service.rating.report"
    _description = "Ratings of Work Orders"
    _inherit = "field.service.order.dimension"
    _auto = False
    _rec_name = "order_id"
    _order = "date desc, id desc"

    date = fields.Date(string="Answered On", readonly=True)
    stars = fields.Float(aggregator="avg", readonly=True)
    answers = fields.Integer(readonly=True)
    satisfied = fields.Integer(readonly=True, help="Four or five stars.")
    promoters = fields.Integer(readonly=True, help="Five stars.")
    detractors = fields.Integer(readonly=True, help="Three stars or fewer.")
    net_promoters = fields.Integer(readonly=True, help="Promoters less detractors.")

    _depends = {
        "field.service.order": [
            "agreement_id",
            "company_id",
            "coverage",
            "job_type_id",
            "partner_id",
            "site_id",
            "team_id",
        ],
        "rating.rating": ["consumed", "rated_on", "rating", "res_id", "res_model"],
        "res.company": ["currency_id", "resource_calendar_id"],
        "resource.calendar": ["tz"],
    }

    def _select_fields(self):
        return {
            **super()._select_fields(),
            "id": SQL("rating.id"),
            "date": self._get_day_sql(SQL("rating.rated_on")),
            "stars": SQL("rating.rating"),
            "answers": SQL("1"),
            "satisfied": SQL("(rating.rating >= 4)::integer"),
            "promoters": SQL("(rating.rating >= 4.5)::integer"),
            "detractors": SQL("(rating.rating <= 3)::integer"),
            "net_promoters": SQL(
                "(rating.rating >= 4.5)::integer - (rating.rating <= 3)::integer"
            ),
        }

    def _from(self):
        return SQL(
            """rating_rating rating
            JOIN field_service_order service_order ON service_order.id = rating.res_id
            %s""",
            self._get_dimension_joins(),
        )

    def _where(self):
        return SQL("rating.res_model = 'field.service.order' AND rating.consumed")
