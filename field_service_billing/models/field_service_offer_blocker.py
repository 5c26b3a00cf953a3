from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import format_date, formatLang

from odoo.addons.field_service.models.field_service_order_rating import LOW_RATING

FINISHED = ("done", "closed", "cannot_complete", "cancelled")


class FieldServiceOfferBlocker(models.AbstractModel):
    """When a customer is not to be asked: one method per reason.

    Each returns a sentence, or nothing. Those about the customer get an order; those
    about one recommendation a piece of equipment (or none) as well.
    """

    _name = "field.service.offer.blocker"
    _description = "What Speaks Against a Recommendation"

    @api.model
    def _get_customer_blocker_methods(self):
        """Return the names of the methods that speak against asking a customer."""
        return ["_find_bad_rating", "_find_overdue", "_find_callback"]

    @api.model
    def _get_blocker_methods(self):
        """Return the names of the methods that speak against one recommendation."""
        return [
            "_find_no_package",
            "_find_refusal",
            "_find_later",
            "_find_accepted",
            "_find_unanswered",
        ]

    @api.model
    def _get_customer_blockers(self, order):
        """Say why the customer of an order is asked nothing now.

        :rtype: list[str]
        """
        found = [
            getattr(self, name)(order) for name in self._get_customer_blocker_methods()
        ]
        return [sentence for sentence in found if sentence]

    def _get_blockers(self, order, asset):
        """Say why this is not recommended now, whoever the customer is.

        :rtype: list[str]
        """
        self.ensure_one()
        found = [
            getattr(self, name)(order, asset) for name in self._get_blocker_methods()
        ]
        return [sentence for sentence in found if sentence]

    def _find_no_package(self, order, asset):
        """Nothing in it can be sold."""
        issues = [package._get_issues() for package in self.package_ids]
        if all(issues):
            words = [sentence for group in issues for sentence in group]
            return " ".join([self.env._("No package can be sold."), *words])
        return None

    @api.model
    def _find_bad_rating(self, order):
        """The customer was not satisfied a short time ago."""
        days = order.company_id.service_offer_rating_days
        mine = self.env["field.service.order"]._search(self._of_customer(order))
        rating = self.env["rating.rating"].search(
            [
                ("res_model", "=", order._name),
                ("res_id", "in", mine),
                ("consumed", "=", True),
                ("rating", "<=", LOW_RATING),
                ("rated_on", ">=", fields.Datetime.now() - timedelta(days=days)),
            ],
            order="rated_on desc",
            limit=1,
        )
        if not days or not rating:
            return None
        return self.env._(
            "The customer was not satisfied with %(order)s.",
            order=order.browse(rating.res_id).name,
        )

    @api.model
    def _find_overdue(self, order):
        """The customer owes us money whose time has come."""
        company = order.company_id
        [(amount,)] = self.env["account.move.line"]._read_group(
            [
                ("company_id", "=", company.id),
                ("parent_state", "=", "posted"),
                ("account_type", "=", "asset_receivable"),
                ("reconciled", "=", False),
                ("date_maturity", "<", self._get_today(order)),
                (
                    "partner_id.commercial_partner_id",
                    "=",
                    order.partner_id.commercial_partner_id.id,
                ),
            ],
            [],
            ["amount_residual:sum"],
        )
        limit = company.service_offer_overdue_amount
        if company.currency_id.compare_amounts(amount or 0.0, limit) <= 0:
            return None
        return self.env._(
            "The customer's overdue invoices: %(amount)s.",
            amount=formatLang(self.env, amount, currency_obj=company.currency_id),
        )

    def _find_refusal(self, order, asset):
        """The customer has refused the same a short time ago."""
        # Who has said no to it for one boiler is not asked for the next one beside it.
        here = Domain("asset_id", "=", asset.id) | Domain(
            "order_id", "any", self._at_site(order)
        )
        days = order.company_id.service_offer_refusal_days
        offer = self._find_offer(order, here, "declined", days)
        return offer and self.env._(
            "The customer has declined it on %(date)s: %(reason)s.",
            date=self._get_day(order, offer.answered_on),
            reason=offer.decline_reason_id.name or offer.decline_note or "",
        )

    def _find_accepted(self, order, asset):
        """The customer has accepted the same a short time ago."""
        same = Domain("asset_id", "=", asset.id)
        days = order.company_id.service_offer_refusal_days
        offer = self._find_offer(order, same, "accepted", days)
        return offer and self.env._(
            "The customer has accepted it on %(date)s.",
            date=self._get_day(order, offer.answered_on),
        )

    def _find_unanswered(self, order, asset):
        """The customer was told a short time ago and has let it pass."""
        same = Domain("asset_id", "=", asset.id) & Domain("order_id", "!=", order.id)
        days = order.company_id.service_offer_refusal_days
        offer = self._find_offer(order, same, "expired", days, moment="unanswered_on")
        return offer and self.env._(
            "The customer was told and has not answered until %(date)s.",
            date=self._get_day(order, offer.unanswered_on),
        )

    def _find_later(self, order, asset):
        """The customer wants to be asked on another day."""
        waiting = Domain("asset_id", "=", asset.id) & Domain(
            "later_on", ">", self._get_today(order)
        )
        offer = self._find_offer(order, waiting, "later")
        return offer and self.env._(
            "The customer wants to hear of it on %(date)s, not earlier.",
            date=format_date(self.env, offer.later_on),
        )

    @api.model
    def _find_callback(self, order):
        """A repair at the same site has not lasted and is not made good yet."""
        callback = self.env["field.service.order"].search(
            self._at_site(order)
            & Domain("company_id", "=", order.company_id.id)
            & Domain("callback_of_id", "!=", False)
            & Domain("state", "not in", FINISHED),
            limit=1,
        )
        return callback and self.env._(
            "%(order)s is an open callback at this site.", order=callback.name
        )

    # --------------------------------------------------------------------- helpers
    @api.model
    def _of_customer(self, order):
        """Return the domain of all orders of the same customer and company."""
        return Domain("company_id", "=", order.company_id.id) & Domain(
            "partner_id.commercial_partner_id",
            "=",
            order.partner_id.commercial_partner_id.id,
        )

    def _find_offer(self, order, condition, state, days=None, moment="answered_on"):
        """Return the customer's last answer to this rule, if it still counts.

        :param int days: for how long an answer counts; 0: not at all, None: always
        :param str moment: field that says when
        """
        offers = self.env["field.service.offer"]
        if days == 0:
            return offers
        domain = (
            self._of_customer(order)
            & Domain("rule_id", "=", self.id)
            & Domain("state", "=", state)
            & condition
        )
        if days:
            since = fields.Datetime.now() - timedelta(days=days)
            domain &= Domain(moment, ">=", since)
        return offers.search(domain, order=f"{moment} desc", limit=1)

    def _get_day(self, order, moment):
        """Return the day of a moment where the customer is."""
        site = order.with_context(tz=order._get_site_tz())
        local = fields.Datetime.context_timestamp(site, moment)
        return format_date(self.env, local)
