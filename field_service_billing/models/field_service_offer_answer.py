from odoo import fields, models
from odoo.exceptions import AccessError

ACTIVITY = "mail.mail_activity_data_todo"
ANSWERS = ("accepted", "declined", "later")
# What a technician may report, and where that leads.
REPORTS = {
    "presented": "presented",
    "accepted": "accepted",
    "declined": "declined",
    "later": "later",
}


class FieldServiceOfferAnswer(models.AbstractModel):
    """What the customer answers to a recommendation, through one gate."""

    _name = "field.service.offer.answer"
    _description = "Answers to Recommendations"

    # ------------------------------------------------------------------------ gate
    def _get_blocking_reasons(self, target):
        reasons = super()._get_blocking_reasons(target)
        check = getattr(self, f"_get_reasons_{target}", None)
        return reasons + (check() if check else [])

    def _get_reasons_presented(self):
        # A technician does not read why; whoever asks is told.
        offer = self.sudo()
        return offer.blockers.splitlines() if offer.is_blocked else []

    def _get_reasons_accepted(self):
        package = self._get_taken_package()
        if not package:
            return [self.env._("Choose the package the customer takes.")]
        if package.rule_id != self.rule_id:
            return [self.env._("This package belongs to another recommendation.")]
        return package._get_issues()

    def _get_reasons_declined(self):
        reason = self._get_pending_record("decline_reason_id")
        if reason and reason.kind != "offer":
            return [self.env._("This reason cannot be chosen: take another.")]
        note = (self._get_pending("decline_note") or "").strip()
        return [] if reason or note else [self.env._("Say why it was declined.")]

    def _get_reasons_later(self):
        day = fields.Date.to_date(self._get_pending("later_on"))
        if day and day > self.rule_id._get_today(self.order_id):
            return []
        return [self.env._("Enter a day in the future on which to ask again.")]

    def _get_taken_package(self):
        """Return the package the customer takes; the only one need not be chosen."""
        package = self._get_pending_record("package_id")
        packages = self.rule_id.package_ids
        return package or (packages if len(packages) == 1 else package)

    def _prepare_transition_values(self, target):
        values = super()._prepare_transition_values(target)
        now = fields.Datetime.now()
        if target == "presented" or target in ANSWERS:
            values |= {"presented_on": now, "presented_by_id": self.env.uid}
        if target in ANSWERS:
            values["answered_on"] = now
        return values

    def write(self, vals):
        """Keep the first time a customer was told, whatever he answers later."""
        told = self.filtered("presented_on")
        if vals.get("state") not in ("presented", *ANSWERS) or not told:
            return super().write(vals)
        for offer in told:
            kept = {
                "presented_on": offer.presented_on,
                "presented_by_id": offer.presented_by_id.id,
            }
            super(FieldServiceOfferAnswer, offer).write({**vals, **kept})
        rest = self - told
        return super(FieldServiceOfferAnswer, rest).write(vals) if rest else True

    def _after_transition(self, target, previous):
        result = super()._after_transition(target, previous)
        # Whoever hears the answer need not be allowed to make quotations, nor to plan
        # the dispatcher's day.
        offers = self.sudo()
        if target in ("presented", *ANSWERS):
            offers.activity_unlink([ACTIVITY])
        if target == "accepted":
            for offer in offers:
                offer._make_result()
        if target == "later":
            for offer in offers:
                offer._remind()
        if target in ANSWERS:
            offers._hold_back_elsewhere()
        return result

    def _hold_back_elsewhere(self):
        """Nobody asks the same today on another open work order of the customer."""
        for offer in self:
            same = offer.search(
                [
                    ("rule_id", "=", offer.rule_id.id),
                    ("state", "=", "draft"),
                    ("order_id", "!=", offer.order_id.id),
                    (
                        "partner_id.commercial_partner_id",
                        "=",
                        offer.partner_id.commercial_partner_id.id,
                    ),
                ]
            )
            same.order_id._refresh_offers()

    def _remind(self):
        """Remind the dispatcher on the day the customer has named.

        The work may be finished by then, and nobody else would think of it.
        """
        self.ensure_one()
        dispatcher = self.order_id.team_id.leader_id
        if dispatcher:
            lang = self.with_context(lang=dispatcher.lang)
            lang.activity_schedule(
                ACTIVITY,
                date_deadline=self.later_on,
                summary=lang.env._("Ask the customer again"),
                user_id=dispatcher.id,
            )

    # --------------------------------------------------------------------- buttons
    def action_present(self):
        """The customer has been told."""
        return self.write({"state": "presented"})

    def action_accept(self):
        """The customer takes the package: makes the quotation or the work order."""
        return self.write({"state": "accepted"})

    def action_decline(self):
        """The customer does not want it, for the reason entered."""
        return self.write({"state": "declined"})

    def action_later(self):
        """The customer wants to be asked on the day entered."""
        return self.write({"state": "later"})

    # ----------------------------------------------------------------------- phone
    def _report(self, visit, answer, moment, values):
        """Record what a technician reports from his own visit.

        :param str answer: a key of ``REPORTS``
        :param values: package, reason, note, date as the phone has sent them
        :raises AccessError: when the offer is none of his
        """
        self.ensure_one()
        self.check_access("read")
        if self.order_id != visit.order_id:
            raise AccessError(self.env._("This is recommended somewhere else."))
        target = REPORTS[answer]
        written = {
            "state": target,
            "visit_id": visit.id,
            "package_id": int(values.get("package_id") or self.package_id.id) or False,
        }
        if target == "declined":
            written["decline_reason_id"] = int(values.get("reason_id") or 0) or False
            written["decline_note"] = (values.get("note") or "").strip() or False
        if target == "later":
            written["later_on"] = values.get("date") or False
        told = {} if self.presented_on else {"presented_on": moment}
        answered = {"answered_on": moment} if target in ANSWERS else {}
        # He answers for the customer on his own visit; everything else of the
        # recommendation is not his to change.
        self.sudo().write({**written, **told, **answered})
