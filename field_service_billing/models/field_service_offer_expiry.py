import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from .field_service_offer_answer import ACTIVITY

_logger = logging.getLogger(__name__)


class FieldServiceOfferExpiry(models.AbstractModel):
    """What the customer was told and has not answered expires after some days."""

    _name = "field.service.offer.expiry"
    _description = "Expiry of Recommendations"

    unanswered_on = fields.Datetime(
        string="Expired Unanswered On",
        readonly=True,
        copy=False,
        help="The customer was told and has not answered: it is neither accepted nor "
        "declined, and he is not asked again. He may still accept it.",
    )

    @api.model
    def _cron_expire_presented(self):
        """Expire what nobody has answered in time; one failure stops nobody else."""
        offers = self.search(self._get_unanswered_domain(), order="id")
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(offers))
        for offer in offers:
            try:
                with self.env.cr.savepoint():
                    offer._expire_unanswered()
            except Exception:
                _logger.exception("Recommendation %s cannot expire", offer.id)
            if not cron._commit_progress(1):
                break

    @api.model
    def _get_unanswered_domain(self):
        """Return the domain of what was told so long ago, company by company.

        Who wanted to be asked later is told anew on that day.
        """
        now = fields.Datetime.now()
        companies = self.env["res.company"].search(
            [("service_offer_expiry_days", ">", 0)]
        )
        return Domain("state", "=", "presented") & Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("presented_on", "<", limit)
            & (Domain("later_on", "=", False) | Domain("later_on", "<", limit.date()))
            for company in companies
            for limit in (now - timedelta(days=company.service_offer_expiry_days),)
        )

    def _expire_unanswered(self):
        """Let it rest: nobody reminds anybody of it any more."""
        self.write({"state": "expired", "unanswered_on": fields.Datetime.now()})
        self.activity_unlink([ACTIVITY])

    def write(self, vals):
        """Whoever takes it after all has answered."""
        if vals.get("state") in ("draft", "accepted"):
            vals = {**vals, "unanswered_on": False}
        return super().write(vals)
