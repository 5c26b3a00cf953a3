from odoo import api, fields, models
from odoo.exceptions import UserError


class FieldServiceChecklist(models.Model):
    """A template of questions. Work orders get a copy of one version of it."""

    _name = "field.service.checklist"
    _description = "Checklist"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company", index="btree_not_null", help="Empty: all companies."
    )
    version = fields.Integer(
        default=1,
        required=True,
        readonly=True,
        copy=False,
        help="Counts up when questions change that a work order has been given. Work "
        "orders keep the version they were given.",
    )
    line_ids = fields.One2many(
        comodel_name="field.service.checklist.line",
        inverse_name="checklist_id",
        string="Questions",
        copy=True,
    )
    line_count = fields.Integer(
        string="Number of Questions", compute="_compute_line_count"
    )

    @api.depends("line_ids")
    def _compute_line_count(self):
        for checklist in self:
            checklist.line_count = len(checklist.line_ids)

    def copy(self, default=None):
        copies = super().copy(default)
        for checklist, copied in zip(self, copies, strict=True):
            # A copied question depends on the copy of the question it depended on.
            twins = dict(zip(checklist.line_ids, copied.line_ids, strict=True))
            for line, twin in twins.items():
                if line.condition_line_id:
                    twin.condition_line_id = twins[line.condition_line_id]
        return copies

    @api.ondelete(at_uninstall=False)
    def _unlink_if_unused(self):
        # Orders of all companies count, also of those the user cannot see.
        answers = self.env["field.service.checklist.answer"].sudo()
        if answers.search_count([("checklist_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._(
                    "%(checklists)s: work orders were given these questions. Archive "
                    "the checklist instead of deleting it.",
                    checklists=", ".join(self.mapped("name")),
                )
            )

    def _count_version(self):
        """Start a new version of the templates whose present version is in use."""
        # As above.
        orders = self.env["field.service.order"].sudo()
        used = orders._read_group(
            [("checklist_id", "in", self.ids)], ["checklist_id", "checklist_version"]
        )
        for checklist in self:
            if (checklist, checklist.version) in used:
                checklist.version += 1
