from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.date_utils import start_of

# What a user may enter; all else is written by signing and by re-opening.
EDITABLE = {"company_id", "date_from", "date_to", "exception_reason"}


class FieldServiceSignoff(models.Model):
    """An accountant's signature under what work orders earned in whole months.

    Signing freezes the figures by order, account and kind, with a hash over them.
    A signed record never changes. It can be re-opened with a reason: then it stays as
    it was, and the next revision is signed anew.
    """

    _name = "field.service.signoff"
    _description = "Month Sign-off"
    _inherit = ["field.service.signoff.freeze"]
    _order = "date_from desc, company_id, revision desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date(
        string="From", required=True, default=lambda self: self._get_last_month()[0]
    )
    date_to = fields.Date(
        string="To", required=True, default=lambda self: self._get_last_month()[1]
    )
    revision = fields.Integer(default=1, readonly=True, copy=False)
    previous_id = fields.Many2one(
        comodel_name="field.service.signoff",
        string="Revision Before",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    state = fields.Selection(
        selection=[
            ("draft", "Preview"),
            ("signed", "Signed"),
            ("reopened", "Re-opened"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
    )
    exception_reason = fields.Char(
        string="Signed in Spite of It Because",
        copy=False,
        help="Needed when a finding says that profit is wrong, or when the difference "
        "is not zero.",
    )
    signed_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, copy=False, index="btree_not_null"
    )
    signed_on = fields.Datetime(readonly=True, copy=False)
    definition_version = fields.Char(
        readonly=True, copy=False, help="Which rules say what is counted as what."
    )
    content_hash = fields.Char(string="SHA-256", readonly=True, copy=False)
    reopen_reason = fields.Char(string="Re-opened Because", readonly=True, copy=False)
    reopened_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, copy=False, index="btree_not_null"
    )
    reopened_on = fields.Datetime(readonly=True, copy=False)
    line_ids = fields.One2many("field.service.signoff.line", "signoff_id")
    late_count = fields.Integer(string="Changed Items", compute="_compute_late")
    late_cost = fields.Monetary(
        string="Late Costs",
        compute="_compute_late",
        help="Costs that came to the work orders of the period after it was signed.",
    )

    _period_order = models.Constraint(
        "CHECK(date_to > date_from)", "The period ends before it starts."
    )
    _whole_months = models.Constraint(
        "CHECK(EXTRACT(DAY FROM date_from) = 1 AND EXTRACT(DAY FROM date_to + 1) = 1)",
        "Whole months are signed: from the first day of one to the last day of one.",
    )
    # int4range needs no extension, unlike "company_id WITH =".
    _signed_once = models.Constraint(
        "EXCLUDE USING gist (int4range(company_id, company_id, '[]') WITH =, "
        "daterange(date_from, date_to, '[]') WITH &&) WHERE (state = 'signed')",
        "This period, or a part of it, is signed already. Re-open that one first.",
    )

    @api.model
    def _get_last_month(self):
        first = start_of(fields.Date.context_today(self), "month")
        return first - relativedelta(months=1), first - relativedelta(days=1)

    @api.depends("date_from", "date_to", "revision")
    def _compute_name(self):
        for signoff in self:
            months = [
                day.strftime("%Y-%m")
                for day in (signoff.date_from, signoff.date_to)
                if day
            ]
            name = "–".join(dict.fromkeys(months))
            signoff.name = (
                f"{name} / {signoff.revision}" if signoff.revision > 1 else name
            )

    def _compute_late(self):
        groups = self.env["field.service.late.cost"]._read_group(
            [("signoff_id", "in", self.ids)],
            ["signoff_id"],
            ["__count", "late_cost:sum"],
        )
        found = {signoff.id: (count, cost) for signoff, count, cost in groups}
        for signoff in self:
            signoff.late_count, signoff.late_cost = found.get(signoff.id, (0, 0.0))

    # ------------------------------------------------------------------ immutable
    @api.model_create_multi
    def create(self, vals_list):
        # Figures and signatures are the suite's; superuser mode cannot be asked for.
        if not self.env.su and any(vals.keys() - EDITABLE for vals in vals_list):
            raise UserError(self.env._("Figures are frozen by signing, not by hand."))
        return super().create(vals_list)

    def write(self, vals):
        self._check_writable(vals)
        return super().write(vals)

    def _check_writable(self, vals):
        reopening = vals.keys() == {
            "state",
            "reopen_reason",
            "reopened_by_id",
            "reopened_on",
        }
        for signoff in self:
            if signoff.state == "signed" and not (self.env.su and reopening):
                raise UserError(
                    self.env._(
                        "%(name)s is signed: it cannot be changed. Re-open it with a "
                        "reason and sign a new revision.",
                        name=signoff.name,
                    )
                )
            if signoff.state == "reopened":
                raise UserError(
                    self.env._(
                        "%(name)s was re-opened: it stays as it was signed.",
                        name=signoff.name,
                    )
                )
        if not self.env.su and vals.keys() - EDITABLE:
            raise UserError(self.env._("Figures are frozen by signing, not by hand."))

    @api.ondelete(at_uninstall=False)
    def _unlink_if_never_signed(self):
        for signoff in self:
            if signoff.state != "draft":
                raise UserError(
                    self.env._(
                        "%(name)s was signed: it cannot be deleted.", name=signoff.name
                    )
                )

    # -------------------------------------------------------------------- signing
    def action_check(self):
        """Look at the figures of the period as they are now."""
        for signoff in self:
            signoff._check_draft()
            # The figures of a preview are the suite's, as those of a signature.
            signoff.sudo().write(signoff._get_figures())

    def action_sign(self):
        """Freeze the figures of the period under the name of who does it."""
        self.env["field.service.attribution"]._check_accountant()
        for signoff in self:
            signoff._check_draft()
            figures = signoff._get_figures()
            signoff._check_signable(figures)
            signoff._freeze(figures)

    def _check_draft(self):
        # Two who sign the same record wait for each other.
        self.lock_for_update()
        self.invalidate_recordset(["state"])
        if self.state != "draft":
            raise UserError(
                self.env._("%(name)s has been signed already.", name=self.name)
            )

    def _check_signable(self, figures):
        """Refuse a period that is not over, is empty, or is wrong without a reason."""
        if self.date_to >= fields.Date.context_today(self):
            raise UserError(
                self.env._(
                    "%(name)s is not over yet: nothing is final.", name=self.name
                )
            )
        if not figures["item_count"]:
            raise UserError(
                self.env._(
                    "%(company)s has no posted items of profit and loss from %(start)s "
                    "to %(end)s: there is nothing to sign.",
                    company=self.company_id.name,
                    start=self.date_from,
                    end=self.date_to,
                )
            )
        wrong = figures["error_count"] or figures["difference"]
        if wrong and not (self.exception_reason or "").strip():
            raise UserError(
                self.env._(
                    "Difference %(difference)s, findings that say profit is wrong: "
                    "%(errors)s. Repair them in the integrity list, or say why you "
                    "sign in spite of them.",
                    difference=self.currency_id.format(figures["difference"]),
                    errors=figures["error_count"],
                )
            )

    def _reopen(self, reason):
        """Set a signed period aside and return the next revision as a preview."""
        self.ensure_one()
        self.env["field.service.attribution"]._check_accountant()
        if self.state != "signed":
            raise UserError(self.env._("%(name)s is not signed.", name=self.name))
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the period is re-opened."))
        # A signature is set aside by this method alone.
        self.sudo().write(
            {
                "state": "reopened",
                "reopen_reason": reason,
                "reopened_by_id": self.env.uid,
                "reopened_on": fields.Datetime.now(),
            }
        )
        following = self.sudo().create(  # the revision counts by itself
            {
                "company_id": self.company_id.id,
                "date_from": self.date_from,
                "date_to": self.date_to,
                "revision": self.revision + 1,
                "previous_id": self.id,
            }
        )
        return following.sudo(False)

    def action_reopen(self):
        """Ask why the period is opened again."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Re-open a Signed Period"),
            "res_model": "field.service.signoff.reopen",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_signoff_id": self.id},
        }

    # ----------------------------------------------------------------- drill-down
    @api.readonly
    def action_verify(self):
        """Compute the hash again, and say whether it is the same."""
        self.ensure_one()
        if self.state == "draft":
            raise UserError(self.env._("A preview has no hash yet."))
        intact = self._is_intact()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if intact else "danger",
                "sticky": not intact,
                "message": self.env._("The frozen figures are those that were signed.")
                if intact
                else self.env._(
                    "The frozen figures are NOT those that were signed: somebody has "
                    "changed them in the database."
                ),
            },
        }

    def _open(self, xml_id, domain):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"field_service_kpi.{xml_id}"
        )
        return {**action, "domain": domain}

    @api.readonly
    def action_open_lines(self):
        """Open the frozen figures."""
        domain = [("signoff_id", "in", self.ids)]
        return self._open("field_service_signoff_line_action", domain)

    @api.readonly
    def action_open_late(self):
        """Open what has changed since the period was signed, by order."""
        domain = [("signoff_id", "in", self.ids)]
        return self._open("field_service_late_cost_action", domain)

    def _get_period_domain(self):
        return [
            ("company_id", "=", self.company_id.id),
            ("date", ">=", self.date_from),
            ("date", "<=", self.date_to),
        ]

    @api.readonly
    def action_open_findings(self):
        """Open the findings of the period."""
        self.ensure_one()
        domain = self._get_period_domain()
        return self._open("field_service_integrity_action", domain)

    @api.readonly
    def action_open_unassigned(self):
        """Open what of the period is to be assigned."""
        self.ensure_one()
        action = self._open(
            "field_service_unassigned_action", self._get_period_domain()
        )
        return {
            **action,
            "context": {"search_default_open": 1, "search_default_in_scope": 1},
        }
