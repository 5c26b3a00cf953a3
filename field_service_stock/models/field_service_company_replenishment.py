from odoo import fields, models


class FieldServiceCompanyReplenishment(models.AbstractModel):
    """How a company decides what belongs into its vans."""

    _name = "field.service.company.replenishment"
    _description = "Settings of Van Replenishment"

    service_replenish_days = fields.Integer(
        string="Vans Last (days)",
        default=7,
        help="What is in a van must last for so many days: until the next "
        "replenishment has arrived.",
    )
    service_fill_rate = fields.Float(
        string="Target Fill Rate",
        default=0.95,
        help="How likely the van has all it needs of a product until then. Products "
        "and their categories may have a target of their own.",
    )
    service_use_history_days = fields.Integer(
        string="History of Use (days)",
        default=365,
        help="Unplanned use is expected to go on as it was in so many days.",
    )
    service_slow_days = fields.Integer(
        string="Slow after (days)",
        default=120,
        help="What was neither used from a van nor brought there for so many days, and "
        "is needed by no planned visit, is proposed to go back.",
    )
    service_replenish_weekly = fields.Boolean(
        string="Propose Weekly",
        default=True,
        help="Compute the proposal by itself every week.",
    )

    _service_replenish_periods = models.Constraint(
        "CHECK(service_replenish_days > 0 AND service_use_history_days > 0 "
        "AND service_slow_days > 0)",
        "The days of the van replenishment must be more than 0.",
    )
    _service_replenish_fill_rate = models.Constraint(
        "CHECK(service_fill_rate > 0 AND service_fill_rate < 1)",
        "The target fill rate lies between 0 and 100 %, without both.",
    )
