from odoo import fields, models


class FieldServiceCompanyOffers(models.AbstractModel):
    """How a company recommends things to its customers, and when it does not."""

    _name = "field.service.company.offers"
    _description = "Recommendations of Companies"

    service_offer_show_price = fields.Boolean(
        string="Prices on the Phone",
        help="Technicians see what the customer pays for a package. Never its cost.",
    )
    service_offer_rating_days = fields.Integer(
        string="Not After a Bad Rating (days)",
        default=90,
        help="For how long a customer who was not satisfied is asked nothing. "
        "0: he is asked.",
    )
    service_offer_refusal_days = fields.Integer(
        string="Not After an Answer (days)",
        default=180,
        help="For how long the same is not recommended to who has declined or accepted "
        "it. 0: it is recommended.",
    )
    service_offer_expiry_days = fields.Integer(
        string="Unanswered Expires After (days)",
        default=30,
        help="What the customer was told and has not answered by then expires: nobody "
        "asks him again, and it counts neither as accepted nor as declined. "
        "0: it waits for ever.",
    )
    _service_offer_positive = models.Constraint(
        "CHECK(service_offer_rating_days >= 0 AND service_offer_refusal_days >= 0"
        " AND service_offer_expiry_days >= 0)",
        "Days that hold recommendations back cannot be negative.",
    )
