from typing import NamedTuple

from markupsafe import Markup

from odoo import api, fields, models

# Fact of an order -> tick of its job type that makes it mandatory
REQUIRED_FACTS = {
    "asset_ids": "require_asset",
    "contact_id": "require_contact",
    "description": "require_description",
    "requested_start": "require_window",
    "customer_reference": "require_reference",
}


class EntryFact(NamedTuple):
    """Something that should be known before an order is released."""

    name: str
    given: bool
    mandatory: bool
    role: str
    sentence: str

    def __str__(self):
        return f"{self.role}: {self.sentence}"


class FieldServiceOrderEntry(models.AbstractModel):
    """What must be known of an order before it is released, and who must say it.

    Only what the job type marks as mandatory stands in the way; the rest is shown, and
    counts for completeness.
    """

    _name = "field.service.order.entry"
    _description = "Entry of Work Orders"

    customer_reference = fields.Char(
        tracking=True, copy=False, help="The customer's own number of this job."
    )
    completeness = fields.Float(
        string="Complete (%)",
        compute="_compute_completeness",
        store=True,
        aggregator="avg",
        help="Facts that are known, of all that should be known before the release.",
    )
    missing_html = fields.Html(
        string="Missing for Release",
        compute="_compute_missing_html",
        sanitize=False,
        help="What is missing before the release, and who must provide it.",
    )

    @api.model
    def _get_entry_depends(self):
        """Return the fields the completeness depends on; extend with the facts."""
        return [
            "partner_id",
            "site_id",
            "job_type_id",
            *REQUIRED_FACTS,
            *(f"job_type_id.{name}" for name in REQUIRED_FACTS.values()),
        ]

    def _get_entry_facts(self):
        """Return what should be known of this order, as ``EntryFact``.

        Extend with ``super() + [...]``, and ``_get_entry_depends`` likewise.
        """
        self.ensure_one()
        dispatcher = self.env._("Dispatcher")
        customer = self.env._("Customer")
        fact = self._prepare_entry_fact
        facts = [
            fact("partner_id", dispatcher, self.env._("Say who the customer is.")),
            fact("site_id", dispatcher, self.env._("Give the service address.")),
            fact("job_type_id", dispatcher, self.env._("Choose the job type.")),
            fact("asset_ids", dispatcher, self.env._("Choose the equipment.")),
            fact("description", dispatcher, self.env._("Describe the problem.")),
            fact("contact_id", customer, self.env._("Name a contact on site.")),
            fact("requested_start", customer, self.env._("Say when the work suits.")),
        ]
        reference = fact(
            "customer_reference",
            customer,
            self.env._("Give the reference the invoice needs."),
        )
        # Few customers have numbers of their own: nobody is asked in vain.
        return [*facts, reference] if reference.mandatory else facts

    def _prepare_entry_fact(self, name, role, sentence):
        """Return a fact that is the value of a field."""
        tick = REQUIRED_FACTS.get(name)
        given = self._get_pending(name)
        if isinstance(given, str):
            given = given.strip()
        return EntryFact(
            name=name,
            given=bool(given),
            mandatory=not tick or self._get_pending_record("job_type_id")[tick],
            role=role,
            sentence=sentence,
        )

    @api.depends(lambda self: self._get_entry_depends())
    def _compute_completeness(self):
        for order in self:
            facts = order._get_entry_facts()
            given = sum(fact.given for fact in facts)
            order.completeness = 100.0 * given / len(facts)

    @api.depends(lambda self: ["state", *self._get_entry_depends()])
    @api.depends_context("lang")
    def _compute_missing_html(self):
        for order in self:
            waiting = order.state == "draft" and not order.is_historic
            order.missing_html = waiting and order._get_missing_html()

    def _get_missing_html(self):
        """Return the list of what is missing, what stands in the way first."""
        facts = [fact for fact in self._get_entry_facts() if not fact.given]
        known = {str(fact) for fact in facts}
        # What other modules miss (accounts, rates) is not a fact of the order.
        others = (self._origin and self._origin._get_blocking_reasons("released")) or ()
        role = self.env._("Service Manager")
        lines = [
            *(fact for fact in facts if fact.mandatory),
            *(
                EntryFact("", False, True, role, reason)
                for reason in others
                if reason not in known
            ),
            *(fact for fact in facts if not fact.mandatory),
        ]
        if not lines:
            return False
        return Markup("<ul class='mb-0 ps-3'>%s</ul>") % Markup("").join(
            self._format_missing(line) for line in lines
        )

    def _format_missing(self, fact):
        if fact.mandatory:
            return Markup("<li><b>%s</b>: %s</li>") % (fact.role, fact.sentence)
        return Markup("<li class='text-muted'>%s: %s %s</li>") % (
            fact.role,
            fact.sentence,
            self.env._("(optional)"),
        )

    # ------------------------------------------------------------------------ gate
    def _get_reasons_released(self):
        return [
            str(fact)
            for fact in self._get_entry_facts()
            if fact.mandatory and not fact.given
        ] + super()._get_reasons_released()
