from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError


class FieldServiceReview(models.Model):
    """A service manager's second look at a job: scores, photos, defects."""

    _name = "field.service.review"
    _description = "Quality Review"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _rec_name = "order_id"
    _check_company_auto = True

    order_id = fields.Many2one(
        comodel_name="field.service.order",
        string="Work Order",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
        domain="[('state', 'in', ('done', 'closed'))]",
    )
    company_id = fields.Many2one(
        related="order_id.company_id", store=True, index=True, precompute=True
    )
    job_type_id = fields.Many2one(
        related="order_id.job_type_id", store=True, index="btree_not_null"
    )
    technician_id = fields.Many2one(
        comodel_name="hr.employee",
        compute="_compute_technician_id",
        store=True,
        precompute=True,
        index="btree_not_null",
        help="The lead of the last completed visit.",
    )
    reviewer_id = fields.Many2one(
        comodel_name="res.users",
        index="btree_not_null",
        check_company=True,
        domain="[('share', '=', False)]",
        tracking=True,
    )
    date = fields.Date(readonly=True, copy=False, help="When the review was finished.")
    state = fields.Selection(
        selection=[("requested", "Requested"), ("done", "Done")],
        default="requested",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    line_ids = fields.One2many(
        comodel_name="field.service.review.line",
        inverse_name="review_id",
        string="Criteria",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        precompute=True,
    )
    score = fields.Float(
        compute="_compute_score",
        store=True,
        digits=(16, 2),
        aggregator="avg",
        help="Average of the criteria that were scored, 1 to 5.",
    )
    photos_ok = fields.Selection(
        selection=[
            ("yes", "Complete and sharp"),
            ("no", "Not sufficient"),
            ("na", "None needed"),
        ],
        string="Photos",
    )
    defects = fields.Text(help="What has to be put right.")

    @api.depends("order_id.visit_ids.state", "order_id.visit_ids.technician_id")
    def _compute_technician_id(self):
        for review in self:
            if review.state != "done":
                review.technician_id = review.order_id._get_lead_technician()

    @api.depends("order_id")
    def _compute_line_ids(self):
        for review in self:
            if review.line_ids or not review.order_id:
                continue
            review.line_ids = [
                Command.create(
                    {
                        "criterion_id": criterion.id,
                        "name": criterion.name,
                        "sequence": criterion.sequence,
                    }
                )
                for criterion in review._get_criteria()
            ]

    def _get_criteria(self):
        """Return what is looked at on a job of this type in this company."""
        criteria = self.env["field.service.review.criterion"].search(
            [("company_id", "in", (False, self.order_id.company_id.id))]
        )
        return criteria.filtered(
            lambda criterion: not criterion.job_type_ids
            or self.order_id.job_type_id in criterion.job_type_ids
        )

    @api.depends("line_ids.score")
    def _compute_score(self):
        for review in self:
            scores = [int(line.score) for line in review.line_ids if line.score]
            review.score = sum(scores) / len(scores) if scores else 0.0

    @api.constrains("reviewer_id", "order_id", "technician_id")
    def _check_reviewer(self):
        for review in self:
            # Who was on the job is no secret to whoever reviews it.
            visits = review.sudo().order_id.visit_ids.filtered(
                lambda visit: visit.state == "completed"
            )
            people = visits.technician_id | visits.crew_ids
            if review.reviewer_id and review.reviewer_id in people.user_id:
                raise ValidationError(
                    self.env._(
                        "%(person)s has worked on %(order)s: nobody reviews his own "
                        "job. Choose another reviewer.",
                        person=review.reviewer_id.name,
                        order=review.order_id.name,
                    )
                )

    @api.constrains("order_id")
    def _check_order(self):
        for review in self:
            if review.order_id.state not in ("done", "closed"):
                raise ValidationError(
                    self.env._(
                        "%(order)s is not done yet: there is nothing to review.",
                        order=review.order_id.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_if_requested(self):
        if any(review.state == "done" for review in self):
            raise UserError(
                self.env._("A finished review is kept. Reopen it to correct it.")
            )

    def action_done(self):
        """Finish the reviews: every criterion has its score."""
        for review in self:
            open_lines = review.line_ids.filtered(lambda line: not line.score)
            if open_lines or not review.line_ids:
                names = ", ".join(open_lines.mapped("name"))
                raise UserError(
                    self.env._("Give a score for: %(criteria)s.", criteria=names)
                    if open_lines
                    else self.env._("Add at least one criterion and its score.")
                )
            review.write(
                {
                    "state": "done",
                    "date": fields.Date.context_today(review),
                    "reviewer_id": (review.reviewer_id or self.env.user).id,
                }
            )
        return True

    def action_reopen(self):
        """Take up finished reviews again."""
        return self.write({"state": "requested", "date": False})
