from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .field_service_job_type import COVERAGES
from .field_service_order_billing import FINISHED_STATES

# Written by the system alone: a decision with its evidence, and what it was before.
EVIDENCE_FIELDS = {
    "coverage_rule",
    "coverage_asset_id",
    "coverage_agreement_line_id",
    "coverage_pending",
    "coverage_pending_reason",
    "coverage_by_id",
    "coverage_on",
    "entry_coverage",
}
REASON_FIELDS = {"coverage_reason", "coverage_reason_id"}
PERSON_FIELDS = ("coverage_reason_id", "coverage_by_id", "coverage_on")


class FieldServiceOrderCoverageCheck(models.AbstractModel):
    """The decision who pays: kept from the entry, looked at again after the work.

    Nothing changes silently. What the rules would say otherwise after the work is shown
    and keeps the order from being billed until somebody accepts it, or keeps what was
    decided and says why.
    """

    _name = "field.service.order.coverage.check"
    _description = "Check of the Coverage of Work Orders"

    coverage_reason_id = fields.Many2one(
        comodel_name="field.service.reason",
        string="Decided Because",
        copy=False,
        index="btree_not_null",
        domain="[('kind', '=', 'coverage')]",
        tracking=True,
        help="Why somebody decided who pays, instead of the rules.",
    )
    coverage_by_id = fields.Many2one(
        comodel_name="res.users",
        string="Coverage Decided By",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    coverage_on = fields.Datetime(
        string="Coverage Decided On", readonly=True, copy=False
    )
    entry_coverage = fields.Selection(
        selection=COVERAGES,
        string="Coverage at Entry",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="What was decided when the order was released first.",
    )
    is_coverage_changed = fields.Boolean(
        string="Coverage Was Wrong",
        compute="_compute_is_coverage_changed",
        store=True,
        help="In the end it was charged differently from what was decided at entry.",
    )
    coverage_pending = fields.Selection(
        selection=COVERAGES,
        string="Coverage by the Facts",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="What the rules say after the work, when it is not what was decided.",
    )
    coverage_pending_reason = fields.Char(
        string="Reason by the Facts", readonly=True, copy=False
    )

    @api.depends("entry_coverage", "coverage", "state")
    def _compute_is_coverage_changed(self):
        for order in self:
            order.is_coverage_changed = (
                order.state in FINISHED_STATES
                and bool(order.entry_coverage)
                and order.entry_coverage != order.coverage
            )

    @api.constrains("coverage_reason_id")
    def _check_coverage_reason(self):
        for order in self:
            reason = order.coverage_reason_id
            if reason and reason.kind != "coverage":
                raise ValidationError(
                    self.env._(
                        "“%(reason)s” is no reason for a coverage.", reason=reason.name
                    )
                )

    # ---------------------------------------------------------------------- CRUD
    @api.model_create_multi
    def create(self, vals_list):
        prepared = []
        for vals in vals_list:
            self._check_evidence(vals)
            if "coverage" in vals and "coverage_rule" not in vals:
                self._check_has_reason(vals)
                vals = self._complete_coverage_values(vals)
            prepared.append(vals)
        return super().create(prepared)

    def write(self, vals):
        self._check_evidence(vals)
        if REASON_FIELDS & vals.keys():
            self._check_has_reason(vals)
        if "coverage" not in vals:
            return super().write(vals)
        self._check_coverage_change(vals["coverage"])
        if "coverage_rule" in vals:
            return super().write(vals)
        for order in self:
            super(FieldServiceOrderCoverageCheck, order).write(
                order._prepare_coverage_values(vals)
            )
        return True

    def _check_evidence(self, vals):
        """Refuse what would make a decision of a person look like one of a rule."""
        if not self.env.su and EVIDENCE_FIELDS & vals.keys():
            raise UserError(
                self.env._(
                    "Which rule decided who pays is recorded by the system. Decide the "
                    "coverage, with a reason."
                )
            )

    def _check_has_reason(self, vals):
        """Ask a person for the reason; the system's own steps have theirs."""
        given = "coverage" in vals and vals.get("coverage_reason_id")
        if not self.env.su and not given:
            raise UserError(
                self.env._("Choose a reason: say why you decide who pays by hand.")
            )

    def _prepare_coverage_values(self, vals):
        """Return the values of a coverage that a person decides for this order."""
        self.ensure_one()
        changed = vals["coverage"] != self.coverage
        if not changed and not vals.get("coverage_reason_id"):
            return vals
        self._check_has_reason(vals)
        values = self._complete_coverage_values(vals)
        if changed:
            values["coverage_asset_id"] = False
            if vals["coverage"] != "contract":
                values["coverage_agreement_line_id"] = False
        return values

    def _complete_coverage_values(self, vals):
        """Return values that say that a person decides, who, when and why."""
        reason = self.env["field.service.reason"].browse(vals.get("coverage_reason_id"))
        return {
            "coverage_reason": reason.name,
            **vals,
            "coverage_rule": "person",
            "coverage_by_id": self.env.uid,
            "coverage_on": fields.Datetime.now(),
            "coverage_pending": False,
            "coverage_pending_reason": False,
        }

    def _check_coverage_change(self, coverage):
        """What the customer has been billed cannot become covered silently."""
        for order in self.sudo():  # a dispatcher need not see charges
            if order.coverage != coverage and order._has_billed_charges():
                raise ValidationError(
                    self.env._(
                        "%(order)s is invoiced. Credit the invoice before you change "
                        "its coverage.",
                        order=order.name,
                    )
                )

    def _has_billed_charges(self):
        return bool(self.charge_ids.filtered(lambda charge: charge._is_billed()))

    # ----------------------------------------------------------------------- entry
    def _after_transition(self, target, previous):
        if target == "released":
            # Before what is expected is frozen: it depends on who pays.
            self.filtered(
                lambda order: previous.get(order) == "draft"
            ).sudo()._fix_entry_coverage()
        if target == "in_progress":
            # What is being worked on again is looked at when it is finished.
            self.filtered("coverage_pending").sudo()._clear_coverage_pending()
        result = super()._after_transition(target, previous)
        if target in ("done", "cannot_complete"):
            # Whoever completes an order need not see what it charges.
            self.sudo()._process_coverage()
        return result

    def _fix_entry_coverage(self):
        """Decide with today's facts, and keep the decision of the entry."""
        for order in self:
            if not order._is_coverage_settled():
                order._apply_coverage(order._decide_coverage())
            if not order.entry_coverage:
                order.entry_coverage = order.coverage

    def _apply_coverage(self, decision):
        """Write a decision of the rules, if it is another one."""
        self.ensure_one()
        values = decision.get_values()
        changed = {
            name: value
            for name, value in values.items()
            if self._fields[name].convert_to_write(self[name], self) != value
        }
        if changed:
            self.write({**values, **dict.fromkeys(PERSON_FIELDS, False)})

    # ----------------------------------------------------------------------- check
    def _process_coverage(self):
        """Look again at who pays, after the work. Idempotent."""
        for order in self:
            if order._is_coverage_to_check():
                order._check_coverage()

    def _is_coverage_to_check(self):
        """Tell whether the rules are asked again: after the work, before the bill."""
        self.ensure_one()
        return (
            self.state in ("done", "cannot_complete")
            and self.coverage_rule != "person"
            and not self.is_historic
            and not self._has_billed_charges()
        )

    def _check_coverage(self):
        """Show where the rules would decide otherwise now; change nothing."""
        self.ensure_one()
        decision = self._decide_coverage()
        same = (decision.coverage, decision.line, decision.asset) == (
            self.coverage,
            self.coverage_agreement_line_id,
            self.coverage_asset_id,
        )
        if same:
            self._clear_coverage_pending()
        elif self.coverage_pending != decision.coverage:
            self.write(
                {
                    "coverage_pending": decision.coverage,
                    "coverage_pending_reason": decision.reason,
                }
            )
            labels = dict(self._fields["coverage"]._description_selection(self.env))
            self.message_post(
                body=self.env._(
                    "Who pays was decided as %(decided)s (%(reason)s) By the facts "
                    "after the work it would be %(pending)s (%(pending_reason)s) "
                    "Accept it, or keep what was decided and say why.",
                    decided=labels[self.coverage],
                    reason=self.coverage_reason or "-",
                    pending=labels[decision.coverage],
                    pending_reason=decision.reason or "-",
                )
            )

    def _clear_coverage_pending(self):
        waiting = self.filtered("coverage_pending")
        if waiting:
            waiting.write({"coverage_pending": False, "coverage_pending_reason": False})

    def _get_coverage_issues(self):
        """Say what about the coverage is to be settled before the bill."""
        self.ensure_one()
        if not self.coverage_pending:
            return []
        return [
            self.env._(
                "Who pays is not settled: %(reason)s Accept it, or keep what was "
                "decided.",
                reason=self.coverage_pending_reason or "",
            )
        ]

    # --------------------------------------------------------------------- actions
    def action_accept_coverage(self):
        """Let the rules decide who pays, as the facts are now."""
        self.check_access("write")
        # The evidence is written by the system, see ``_check_evidence``.
        for order in self.sudo():
            order._apply_coverage(order._decide_coverage())
            order._clear_coverage_pending()
        return True

    def action_override_coverage(self):
        """Ask for the reason to decide by hand who pays."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Decide Who Pays"),
            "res_model": "field.service.coverage.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_order_ids": self.ids,
                "default_coverage": self[:1].coverage,
            },
        }

    # ----------------------------------------------------------------------- words
    def _get_coverage_statement(self):
        """Return who pays, in words for technicians: no price."""
        self.ensure_one()
        return {
            "warranty": self.env._("Covered by warranty"),
            "contract": self.env._("Covered by the agreement"),
            "goodwill": self.env._("Free of charge for the customer"),
            "chargeable": self.env._("The customer pays"),
        }[self.coverage]

    def _get_portal_coverage(self):
        """Return what the customer is told about who pays; nothing when he does."""
        self.ensure_one()
        covered = self.coverage in ("warranty", "contract")
        undecided = self.state == "draft" or self.coverage_pending
        return "" if undecided or not covered else self._get_coverage_statement()
