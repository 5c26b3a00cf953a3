import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError

_logger = logging.getLogger(__name__)

# Of five: a customer who gives so little is called.
LOW_RATING = 2
TEMPLATE = "field_service.mail_template_rating_request"
MANAGER = "field_service.group_manager"


class FieldServiceOrderRating(models.AbstractModel):
    """What the customer thinks of the work, asked once after it is done.

    A person's ratings are his own and his manager's business: neither the chatter nor
    a field of the order shows them to anybody else.
    """

    _name = "field.service.order.rating"
    _inherit = ["rating.mixin"]
    _description = "Rating of Work Orders"

    rating_ids = fields.One2many(groups=MANAGER)
    rating_last_value = fields.Float(string="Rating", groups=MANAGER)
    rating_last_feedback = fields.Text(groups=MANAGER)
    rating_last_image = fields.Binary(groups=MANAGER)
    rating_last_text = fields.Selection(groups=MANAGER)
    rating_count = fields.Integer(groups=MANAGER)
    rating_avg = fields.Float(groups=MANAGER)
    rating_avg_text = fields.Selection(groups=MANAGER)
    rating_percentage_satisfaction = fields.Float(groups=MANAGER)
    rating_requested_on = fields.Datetime(
        readonly=True, copy=False, help="When the customer was asked for a rating."
    )

    def _action_done(self):
        result = super()._action_done()
        for order in self:
            if order._should_request_rating():
                order._attempt_rating_request()
        return result

    def _should_request_rating(self):
        """Tell whether the customer is asked: once, where the company wants that."""
        self.ensure_one()
        # Whoever finishes the work need not see the customer's address.
        order = self.sudo()
        return bool(
            order.company_id.service_rating_request
            and not order.is_historic
            and not order.rating_requested_on
            and order.partner_id.email
        )

    def _attempt_rating_request(self):
        """Ask for a rating; a letter that cannot be written holds up nobody."""
        # The question comes from the company, whoever has finished the work.
        order = self.sudo()
        try:
            with self.env.cr.savepoint():
                order.rating_send_request(
                    self.env.ref(TEMPLATE), lang=order.partner_id.lang, force_send=False
                )
                order.rating_requested_on = fields.Datetime.now()
        except Exception as error:
            _logger.info("%s: rating not asked for", order.name, exc_info=True)
            order._tell_dispatcher(
                self.env._("The customer could not be asked for a rating."), error
            )

    # ------------------------------------------------------------------- figures
    def rating_get_stats(self, domain=None):
        """Return figures of the ratings, to whoever may see the ratings."""
        self._check_may_see_ratings()
        return super().rating_get_stats(domain)

    def rating_get_grades(self, domain=None):
        """Return how often each grade was given, to whoever may see the ratings."""
        self._check_may_see_ratings()
        return super().rating_get_grades(domain)

    def _search_rating_avg(self, operator, value):
        # A search tells, question by question, what may not be read.
        self._check_may_see_ratings()
        return super()._search_rating_avg(operator, value)

    def _check_may_see_ratings(self):
        if not (self.env.su or self.env.user.has_group(MANAGER)):
            raise AccessError(self.env._("Ratings are shown to service managers."))

    def _get_lead_technician(self):
        """Return who answers for the work: the lead of the last completed visit."""
        return self._get_signed_visit().technician_id

    # -------------------------------------------------------------------- rating
    def _rating_get_operator(self):
        # A colleague's partner is not readable for everybody.
        technician = self.sudo()._get_lead_technician()
        return technician.user_id.partner_id or technician.work_contact_id

    def _rating_get_parent_field_name(self):
        # Ratings have no company of their own; record rules need one.
        return "company_id"

    def _rating_get_access_token(self, partner=None):
        self.check_access("read")
        # The token goes into the customer's letter; the ratings stay hidden.
        return super(FieldServiceOrderRating, self.sudo())._rating_get_access_token(
            partner
        )

    @api.private
    def rating_apply(
        self,
        rate,
        token=None,
        rating=None,
        feedback=None,
        subtype_xmlid=None,
        notify_delay_send=False,
    ):
        """Record the rating and nothing else.

        Odoo posts stars and words on the document, to everybody who follows it.

        :param rate: 0 to 5
        :param token: of the rating, unless ``rating`` is given
        :raises ValueError: when the rating is not one of this order
        """
        self.ensure_one()
        if not 0 <= rate <= 5:
            raise ValueError(self.env._("A rating is a number from 0 to 5."))
        if token:
            rating = self.env["rating.rating"].search([("access_token", "=", token)])
        if not rating or (rating.res_model, rating.res_id) != (self._name, self.id):
            raise ValueError(self.env._("This rating belongs to something else."))
        rating.write({"rating": rate, "feedback": feedback, "consumed": True})
        if rate <= LOW_RATING:
            self._tell_low_rating()
        return rating

    def _tell_low_rating(self):
        """Have the team leader call a customer who is not content."""
        summary = self.env._("The customer is not satisfied: call him.")
        if summary not in self.activity_ids.mapped("summary"):
            self._tell_dispatcher(
                summary,
                self.env._("Find out what went wrong, and what he expects from us."),
            )

    def action_view_ratings(self):
        """Open the ratings of the order."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.rating_action"
        )
        return {
            **action,
            "domain": [("res_model", "=", self._name), ("res_id", "=", self.id)],
            "context": {},
            "views": [(False, "list"), (False, "form")],
        }
