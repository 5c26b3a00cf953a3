from odoo import api, fields, models
from odoo.exceptions import UserError

MOST_DAYS_AHEAD = 1096


class FieldServiceAgreement(models.Model):
    """What we owe a customer again and again, and what became of it.

    The lines say what recurs, each occurrence is a record of its own. Read
    ``field_service_agreement_generation.py`` next: how occurrences become work orders.
    """

    _name = "field.service.agreement"
    _description = "Maintenance Agreement"
    _inherit = [
        "field.service.agreement.generation",
        "field.service.transition.mixin",
        "field.service.analytic.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"
    _check_company_auto = True
    _rec_names_search = ["name", "reference", "partner_id.name"]

    _transitions = {
        "draft": ("active", "cancelled"),
        "active": ("suspended", "ended", "cancelled"),
        "suspended": ("active", "ended", "cancelled"),
        "ended": ("active",),
        "cancelled": ("draft",),
    }

    name = fields.Char(
        string="Number", required=True, readonly=True, copy=False, default=""
    )
    reference = fields.Char(
        string="Customer Reference", help="Number of the contract at the customer's."
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        required=True,
        index=True,
        check_company=True,
        tracking=True,
        help="Who pays.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        index="btree_not_null",
        check_company=True,
        tracking=True,
        help="Is told when an order cannot be made. Empty: the team's dispatcher.",
    )
    team_id = fields.Many2one(
        comodel_name="field.service.team",
        index="btree_not_null",
        check_company=True,
        help="Empty: the team of the job type.",
    )
    state = fields.Selection(
        selection=[
            ("draft", "New"),
            ("active", "Active"),
            ("suspended", "Suspended"),
            ("ended", "Ended"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="draft",
        index=True,
        copy=False,
        tracking=True,
    )
    date_start = fields.Date(
        string="From",
        required=True,
        default=lambda self: fields.Date.context_today(self),
        tracking=True,
        help="Nothing is owed before this day, wherever the recurrence began.",
    )
    date_end = fields.Date(
        string="To",
        tracking=True,
        help="Nothing is owed after this day. Empty: until somebody ends it.",
    )
    suspended_on = fields.Datetime(copy=False, readonly=True)
    description = fields.Text(string="Terms", help="For the office.")
    line_ids = fields.One2many(
        comodel_name="field.service.agreement.line",
        inverse_name="agreement_id",
        copy=True,
    )
    occurrence_ids = fields.One2many(
        comodel_name="field.service.agreement.occurrence", inverse_name="agreement_id"
    )
    order_ids = fields.One2many(
        comodel_name="field.service.order", inverse_name="agreement_id"
    )

    # What was owed and what was done
    owed_count = fields.Integer(
        string="Owed to Date",
        compute="_compute_counts",
        help="Occurrences whose time has come, without skipped ones.",
    )
    done_count = fields.Integer(string="Done", compute="_compute_counts")
    skipped_count = fields.Integer(string="Skipped", compute="_compute_counts")
    overdue_count = fields.Integer(
        string="Overdue",
        compute="_compute_counts",
        help="Occurrences whose time has passed and that are not done.",
    )
    next_date = fields.Datetime(string="Next", compute="_compute_counts")
    order_count = fields.Integer(compute="_compute_order_count")

    _name_uniq = models.Constraint(
        "UNIQUE(company_id, name)",
        "Another agreement of this company has this number.",
    )
    _end_after_start = models.Constraint(
        "CHECK(date_end >= date_start)", "An agreement cannot end before it starts."
    )
    _days_ahead = models.Constraint(
        f"CHECK(horizon_days BETWEEN 0 AND plan_days AND plan_days <= "
        f"{MOST_DAYS_AHEAD})",
        "Orders are made from 0 days ahead, never further ahead than dates are "
        f"planned, and dates at most {MOST_DAYS_AHEAD} days ahead.",
    )

    # ------------------------------------------------------------------ computes
    @api.depends("occurrence_ids.state", "occurrence_ids.planned_date")
    def _compute_counts(self):
        now = fields.Datetime.now()
        totals = self._count_occurrences([])
        past = self._count_occurrences([("planned_date", "<", now)])
        following = dict(
            self.env["field.service.agreement.occurrence"]._read_group(
                [
                    ("agreement_id", "in", self.ids),
                    ("state", "in", ("owed", "generated")),
                    ("planned_date", ">=", now),
                ],
                ["agreement_id"],
                ["planned_date:min"],
            )
        )
        for agreement in self:
            key = agreement._origin
            overdue = past.get((key, "owed"), 0) + past.get((key, "generated"), 0)
            agreement.overdue_count = overdue
            agreement.owed_count = overdue + past.get((key, "done"), 0)
            agreement.done_count = totals.get((key, "done"), 0)
            agreement.skipped_count = totals.get((key, "skipped"), 0)
            agreement.next_date = following.get(key, False)

    def _count_occurrences(self, domain):
        """Return {(agreement, state): number of occurrences}."""
        groups = self.env["field.service.agreement.occurrence"]._read_group(
            [("agreement_id", "in", self.ids), *domain],
            ["agreement_id", "state"],
            ["__count"],
        )
        return {(agreement, state): count for agreement, state, count in groups}

    @api.depends("order_ids")
    def _compute_order_count(self):
        counts = dict(
            self.env["field.service.order"]._read_group(
                [("agreement_id", "in", self.ids)], ["agreement_id"], ["__count"]
            )
        )
        for agreement in self:
            agreement.order_count = counts.get(agreement._origin, 0)

    # ---------------------------------------------------------------------- CRUD
    @api.model_create_multi
    def create(self, vals_list):
        # Copies: one dict of the caller may stand for many records.
        vals_list = [dict(vals) for vals in vals_list]
        for vals in vals_list:
            if not vals.get("name"):
                company = self.env["res.company"].browse(
                    vals.get("company_id") or self.env.company.id
                )
                # The number is made by the system, not by the user's rights.
                sequence = self.env["ir.sequence"].sudo().with_company(company)
                vals["name"] = sequence.next_by_code("field.service.agreement")
        return super().create(vals_list)

    def write(self, vals):
        if {"date_start", "company_id", "partner_id"} & vals.keys():
            self._check_may_change(vals)
        result = super().write(vals)
        if {"date_end", "horizon_days", "plan_days"} & vals.keys():
            self._drop_obsolete()
            self._generate()
        return result

    def _check_may_change(self, vals):
        """Refuse to change what the occurrences of a running agreement stand on."""
        for agreement in self.filtered(lambda record: record.state != "draft"):
            for name in ("date_start", "company_id", "partner_id"):
                field = self._fields[name]
                if name in vals and vals[name] != field.convert_to_write(
                    agreement[name], agreement
                ):
                    raise UserError(
                        self.env._(
                            "“%(field)s” of agreement %(agreement)s is settled since "
                            "it was activated. End it and make another one.",
                            field=field._description_string(self.env),
                            agreement=agreement.name,
                        )
                    )

    @api.ondelete(at_uninstall=False)
    def _unlink_if_nothing_happened(self):
        for agreement in self:
            # Agreements with an account are in the books, whoever deletes them.
            booked = agreement.sudo().analytic_account_id
            if agreement.occurrence_ids or booked:
                raise UserError(
                    self.env._(
                        "Agreement %(agreement)s has a history. End or cancel it "
                        "instead of deleting it.",
                        agreement=agreement.name,
                    )
                )

    # ---------------------------------------------------------------------- gate
    def _get_blocking_reasons(self, target):
        reasons = super()._get_blocking_reasons(target)
        if target == "active":
            reasons += self._get_reasons_active()
        if target == "draft" and self.occurrence_ids:
            reasons.append(self.env._("It has a history: make another agreement."))
        return reasons

    def _get_reasons_active(self):
        """Say what is missing before anything can be owed."""
        if not self._has_terms():
            return [self.env._("Say what recurs: add a line.")]
        end = self._get_pending("date_end")
        if self.state == "ended" and end and end < fields.Date.context_today(self):
            return [self.env._("Its last day has passed: extend it first.")]
        return [
            self.env._(
                "%(line)s is never due between the first and the last day.",
                line=line.display_name,
            )
            for line in self.line_ids
            if not line._is_ever_due()
        ]

    def _has_terms(self):
        """Tell whether anything was agreed; extend with what else can be."""
        self.ensure_one()
        return bool(self.line_ids)

    def _prepare_transition_values(self, target):
        values = super()._prepare_transition_values(target)
        if target == "suspended":
            values["suspended_on"] = fields.Datetime.now()
        return values

    def _after_transition(self, target, previous):
        result = super()._after_transition(target, previous)
        if target == "active":
            self._set_analytic_active(True)
            self._resume()
            self._generate()
        elif target in ("ended", "cancelled"):
            self._finish()
        return result

    def _resume(self):
        """Skip what would have been due while the agreements were suspended."""
        for agreement in self.filtered("suspended_on"):
            agreement.line_ids._plan()
            missed = agreement.occurrence_ids.filtered(
                lambda occurrence, start=agreement.suspended_on: (
                    occurrence.state == "owed"
                    and start <= occurrence.planned_date < fields.Datetime.now()
                )
            )
            missed._skip("suspended", self.env._("The agreement was suspended."))
        self.suspended_on = False

    def _finish(self):
        """End the agreements today; what is owed until then stays visible."""
        for agreement in self:
            today = fields.Date.context_today(agreement)
            if not agreement.date_end or agreement.date_end > today:
                agreement.date_end = max(today, agreement.date_start)
            agreement._drop_obsolete(today)
            ahead = agreement.occurrence_ids.filtered(
                lambda occurrence: occurrence.state == "generated"
            )
            if ahead:
                agreement._message_log(
                    body=self.env._(
                        "These work orders were made already and stay: %(orders)s. "
                        "Cancel those that are not wanted.",
                        orders=", ".join(ahead.order_id.mapped("name")),
                    )
                )
        self._set_analytic_active(False)

    # ------------------------------------------------------------------- actions
    def action_activate(self):
        """Owe what the lines say from now on; refused while facts are missing."""
        return self.write({"state": "active"})

    def action_suspend(self):
        """Make no orders until the agreements are resumed."""
        return self.write({"state": "suspended"})

    def action_end(self):
        """End the agreements today; nothing is owed after it."""
        return self.write({"state": "ended"})

    def action_cancel(self):
        """Give the agreements up."""
        return self.write({"state": "cancelled"})

    def action_draft(self):
        """Take cancelled agreements back to new, if they never owed anything."""
        return self.write({"state": "draft"})

    def action_generate(self):
        """Make the orders that are due within the horizon now."""
        for agreement in self:
            if agreement.state != "active":
                raise UserError(
                    self.env._(
                        "Agreement %(agreement)s is not active: activate it first.",
                        agreement=agreement.name,
                    )
                )
        self._generate()
        return True

    def action_view_occurrences(self):
        """Open what the agreements owe; ``search_default_`` keys come from a button."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.field_service_agreement_occurrence_action"
        )
        wanted = {
            key: value
            for key, value in self.env.context.items()
            if key.startswith("search_default_")
        }
        return {
            **action,
            "domain": [("agreement_id", "in", self.ids)],
            "context": wanted,
        }

    def action_view_orders(self):
        """Open the work orders of the agreements."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.field_service_order_action"
        )
        return {
            **action,
            "domain": [("agreement_id", "in", self.ids)],
            "context": {},
        }
