from odoo import api, fields, models
from odoo.exceptions import UserError

from .field_service_order_documents import LOCKED_STATES

MANAGER = "field_service.group_manager"


class FieldServiceOrderReview(models.AbstractModel):
    """Which jobs a service manager looks at again, and what he found."""

    _name = "field.service.order.review"
    _description = "Reviews of Work Orders"

    review_ids = fields.One2many(
        comodel_name="field.service.review",
        inverse_name="order_id",
        string="Reviews",
        groups=MANAGER,
    )
    review_count = fields.Integer(
        string="Number of Reviews", compute="_compute_review_count", groups=MANAGER
    )

    @api.depends("review_ids")
    def _compute_review_count(self):
        for order in self:
            order.review_count = len(order.review_ids)

    def _action_done(self):
        result = super()._action_done()
        # Which jobs are looked at is not decided by who has done them.
        for order in self.sudo():
            if order._should_review():
                order._create_review()
        return result

    def _should_review(self):
        """Tell whether this order is in the sample.

        The sample is spread evenly: with 20 %, every fifth completed order of the job
        type in the company is in it.
        """
        self.ensure_one()
        share = self.job_type_id.review_percentage
        share = share or self.company_id.service_review_percentage
        if not share or self.is_historic or self.review_ids:
            return False
        done = self.search_count(
            [
                ("company_id", "=", self.company_id.id),
                ("job_type_id", "=", self.job_type_id.id),
                ("completed_on", "!=", False),
                ("is_historic", "=", False),
            ]
        )
        # In hundredths, because 3 x 33.34 % must be one whole order.
        share = round(share * 100)
        return done * share // 10000 > (done - 1) * share // 10000

    def _create_review(self):
        reviews = self.env["field.service.review"]
        return reviews.create([{"order_id": order.id} for order in self])

    def action_review(self):
        """Open the review of the order, a new one when there is none to be done."""
        self.ensure_one()
        if self.state not in LOCKED_STATES:
            raise UserError(
                self.env._("A work order is reviewed once it is done: complete it.")
            )
        review = self.review_ids.filtered(lambda review: review.state == "requested")
        review = review[:1] or self._create_review()
        if not review.reviewer_id:
            review.reviewer_id = self.env.user
        return {
            "type": "ir.actions.act_window",
            "res_model": review._name,
            "res_id": review.id,
            "views": [(False, "form")],
        }

    def action_view_reviews(self):
        """Open the reviews of the order."""
        self.ensure_one()
        return {
            **self._get_document_action("field_service_review_action"),
            "context": {"default_order_id": self.id},
        }
