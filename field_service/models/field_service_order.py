from odoo import api, fields, models
from odoo.exceptions import UserError

from .field_service_posting_mixin import PostingTarget


class FieldServiceOrder(models.Model):
    """A work order: why we go, for whom, and what it earned.

    Who goes when is the visit's matter, what happened is the event log's, what it
    earned is read from the journal items that carry its analytic account.
    """

    _name = "field.service.order"
    _description = "Work Order"
    _inherit = [
        "field.service.order.stage",
        "field.service.order.dispatch",
        "field.service.order.source",
        "field.service.expense.mixin",
        "field.service.order.recent",
        "field.service.order.crew",
        "field.service.order.baseline",
        "field.service.order.sla",
        "field.service.order.response",
        "field.service.order.history",
        "field.service.order.service.report",
        "field.service.order.rating",
        "field.service.order.review",
        "field.service.order.callback",
        "field.service.order.documents",
        "field.service.order.override",
        "field.service.order.agreement",
        "field.service.order.attention",
        "field.service.order.copy",
        "field.service.order.entry",
        "field.service.order.proposal",
        "field.service.order.plan",
        "field.service.order.equipment",
        "field.service.order.slots",
        "field.service.order.portal",
        "field.service.order.gate",
        "field.service.board.listener",
        "field.service.posting.mixin",
        "field.service.analytic.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "priority desc, id desc"
    _check_company_auto = True

    # Identity
    name = fields.Char(
        string="Number", required=True, readonly=True, copy=False, default=""
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        selection=[
            ("draft", "New"),
            ("released", "Released"),
            ("scheduled", "Scheduled"),
            ("in_progress", "In progress"),
            ("done", "Done"),
            ("closed", "Closed"),
            ("on_hold", "On hold"),
            ("cannot_complete", "Cannot complete"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="draft",
        index=True,
        copy=False,
        tracking=True,
    )
    stage_id = fields.Many2one(
        comodel_name="field.service.stage",
        compute="_compute_stage_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        copy=False,
        group_expand="_read_group_stage_ids",
        check_company=True,
        domain="[('company_id', 'in', (False, company_id))]",
        ondelete="set null",
    )

    # What is to be done, for whom
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
        tracking=True,
        help="Who pays.",
    )
    site_id = fields.Many2one(
        comodel_name="res.partner",
        compute="_compute_site_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
        help="Service address.",
    )
    commercial_partner_id = fields.Many2one(related="partner_id.commercial_partner_id")
    access_note = fields.Text(related="site_id.service_access_note")
    safety_note = fields.Text(related="site_id.service_safety_note")
    parking_note = fields.Text(related="site_id.service_parking_note")
    contact_id = fields.Many2one(
        comodel_name="res.partner",
        string="Contact on Site",
        index="btree_not_null",
        check_company=True,
    )
    job_type_id = fields.Many2one(
        comodel_name="field.service.job.type",
        index="btree_not_null",
        check_company=True,
        tracking=True,
    )
    asset_ids = fields.Many2many(
        comodel_name="field.service.asset", string="Equipment", check_company=True
    )
    team_id = fields.Many2one(
        comodel_name="field.service.team",
        compute="_compute_team_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
    )
    tag_ids = fields.Many2many(comodel_name="field.service.tag")
    priority = fields.Selection(
        selection=[
            ("0", "Low"),
            ("1", "Normal"),
            ("2", "High"),
            ("3", "Emergency"),
        ],
        default="1",
        index=True,
    )
    origin = fields.Char(
        string="Source Document", help="Number or text where the request came from."
    )
    description = fields.Text(string="Problem", tracking=True)

    # When and how much, as promised; frozen at release as the baseline
    requested_start = fields.Datetime(copy=False)
    requested_stop = fields.Datetime(copy=False)
    promised_start = fields.Datetime(copy=False, tracking=True)
    promised_stop = fields.Datetime(copy=False, tracking=True)
    planned_hours = fields.Float(
        compute="_compute_planned_hours",
        store=True,
        readonly=False,
        precompute=True,
    )
    planned_revenue = fields.Monetary(copy=False, groups="field_service.group_cost")
    planned_cost = fields.Monetary(copy=False, groups="field_service.group_cost")
    planned_margin = fields.Monetary(
        compute="_compute_planned_margin",
        store=True,
        groups="field_service.group_cost",
    )

    # What happened
    visit_ids = fields.One2many(
        comodel_name="field.service.visit", inverse_name="order_id", string="Visits"
    )
    visit_count = fields.Integer(compute="_compute_visit_figures")
    next_visit_id = fields.Many2one(
        comodel_name="field.service.visit", compute="_compute_visit_figures"
    )
    next_visit_start = fields.Datetime(compute="_compute_visit_figures")
    work_hours = fields.Float(compute="_compute_hours", store=True)
    travel_hours = fields.Float(compute="_compute_hours", store=True)
    completed_on = fields.Datetime(copy=False, index=True)
    hold_reason = fields.Char(string="Hold Note", copy=False, tracking=True)

    # Ledger
    posting_revision = fields.Integer(copy=False, readonly=True)
    is_historic = fields.Boolean(
        string="Done before",
        copy=False,
        help="The job was done before this system was used: it is imported as closed.",
    )
    historic_cost = fields.Monetary(
        copy=False,
        groups="field_service.group_cost",
        help="What a historic job cost. Posted on the day it was completed.",
    )

    _name_uniq = models.Constraint(
        "UNIQUE(company_id, name)",
        "Another work order of this company has this number.",
    )
    _planned_hours_positive = models.Constraint(
        "CHECK(planned_hours >= 0)", "Planned hours cannot be negative."
    )
    _planned_hours_possible = models.Constraint(
        "CHECK(planned_hours <= 10000)", "Planned hours are 10,000 at most."
    )
    _requested_window = models.Constraint(
        "CHECK(requested_stop >= requested_start)",
        "The requested window must end after it starts.",
    )
    _promised_window = models.Constraint(
        "CHECK(promised_stop >= promised_start)",
        "The promised window must end after it starts.",
    )

    # ------------------------------------------------------------------ computes
    @api.depends("state", "company_id")
    def _compute_stage_id(self):
        stages = self.env["field.service.stage"].search(
            [("state", "in", self.mapped("state"))]
        )
        no_company = self.env["res.company"]
        for order in self:
            if order.stage_id.state != order.state:
                order.stage_id = stages.filtered(
                    lambda stage, order=order: stage.state == order.state
                    and stage.company_id in (order.company_id, no_company)
                )[:1]

    @api.depends("asset_ids")
    def _compute_partner_id(self):
        self._follow("partner_id")

    @api.depends("partner_id", "asset_ids")
    def _compute_site_id(self):
        self._follow("site_id")

    @api.depends("job_type_id")
    def _compute_team_id(self):
        self._follow("team_id")

    @api.depends("job_type_id")
    def _compute_planned_hours(self):
        self._follow("planned_hours")

    @api.depends("planned_revenue", "planned_cost")
    def _compute_planned_margin(self):
        for order in self:
            order.planned_margin = order.planned_revenue - order.planned_cost

    @api.depends("visit_ids.state", "visit_ids.start")
    def _compute_visit_figures(self):
        for order in self:
            visits = order.visit_ids
            order.visit_count = len(visits)
            waiting = visits.filtered(lambda visit: visit.start and visit._is_open())
            order.next_visit_id = waiting.sorted("start")[:1]
            order.next_visit_start = order.next_visit_id.start

    @api.depends("visit_ids.work_hours", "visit_ids.travel_hours")
    def _compute_hours(self):
        for order in self:
            order.work_hours = sum(order.visit_ids.mapped("work_hours"))
            order.travel_hours = sum(order.visit_ids.mapped("travel_hours"))

    @api.model
    def _read_group_stage_ids(self, stages, domain):
        companies = self.env.companies.ids
        return stages.search([("company_id", "in", [False, *companies])])

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
                vals["name"] = self._next_number(company)
        return super().create(vals_list)

    @api.model
    def _next_number(self, company):
        """Return the number of the company's next order."""
        # The number is made by the system, not by the user's rights.
        sequence = self.env["ir.sequence"].sudo().with_company(company)
        return sequence.next_by_code("field.service.order")

    def write(self, vals):
        result = super().write(vals)
        if {"historic_cost", "completed_on", "asset_ids"} & vals.keys():
            self.filtered("is_historic")._process()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_if_nothing_happened(self):
        for order in self:
            if order.state not in ("draft", "cancelled") or order.analytic_account_id:
                raise UserError(
                    self.env._(
                        "Work order %(order)s has a history. Cancel it instead of "
                        "deleting it.",
                        order=order.name,
                    )
                )

    # --------------------------------------------------------------- transitions
    def action_release(self):
        """Make the orders ready to be planned; refused while facts are missing."""
        return self.write({"state": "released"})

    def action_resume(self):
        """Take the orders up again where their visits left them."""
        self.write({"state": "released"})
        self._process()
        return True

    def action_done(self):
        """Complete the orders; refused while something is missing."""
        return self.write({"state": "done"})

    def action_close(self):
        """Close the orders: nothing more is expected on them."""
        return self.write({"state": "closed"})

    def action_cannot_complete(self):
        """Give the orders up; what they cost stays on them."""
        return self.write({"state": "cannot_complete"})

    def action_cancel(self):
        """Cancel the orders and their open visits."""
        return self.write({"state": "cancelled"})

    def action_draft(self):
        """Take cancelled orders back to new."""
        return self.write({"state": "draft"})

    def action_reopen(self):
        """Reopen completed orders, for managers."""
        return self.write({"state": "in_progress"})

    def _process_postings(self):
        """Post what the orders themselves cost: the cost of historic ones."""
        self.filtered(
            lambda order: order.is_historic and order.state == "closed"
        )._sync_posting()

    def _get_posting_targets(self):
        return [
            PostingTarget(
                source=order,
                order=order,
                kind="other",
                amount=order.historic_cost,
                date=fields.Date.to_date(order.completed_on),
                account=order.company_id._get_service_account(
                    "service_historic_account_id"
                ),
                contra_account=order.company_id._get_service_account(
                    "service_historic_contra_account_id"
                ),
                name=self.env._("%(order)s: historic cost", order=order.name),
            )
            for order in self
            if order.is_historic and order.state == "closed" and order.historic_cost
        ]

    # ------------------------------------------------------------------- actions
    def action_view_visits(self):
        """Open the visits of the order."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.field_service_visit_action"
        )
        return {
            **action,
            "domain": [("order_id", "=", self.id)],
            "context": {"default_order_id": self.id},
            # The calendar opens on this week, where this order may have no visit.
            "views": sorted(action["views"], key=lambda view: view[1] != "list"),
        }
