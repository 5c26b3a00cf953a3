from odoo import api, fields, models
from odoo.exceptions import ValidationError

# Which answers a question may depend on, by the type of the other question
CONDITIONS = {
    "yes_no": ("yes", "no", "out_of_range"),
    "choice": ("option", "out_of_range"),
    "number": ("out_of_range",),
    "reading": ("out_of_range",),
}


class FieldServiceChecklistLine(models.Model):
    _name = "field.service.checklist.line"
    _description = "Checklist Question"
    _inherit = ["field.service.question.mixin"]
    _order = "checklist_id, sequence, id"
    _check_company_auto = True

    checklist_id = fields.Many2one(
        comodel_name="field.service.checklist",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="checklist_id.company_id", store=True, index="btree_not_null"
    )
    option_ids = fields.Many2many(
        comodel_name="field.service.checklist.option",
        relation="field_service_checklist_line_option_rel",
        string="Options",
    )
    defect_option_ids = fields.Many2many(
        comodel_name="field.service.checklist.option",
        relation="field_service_checklist_line_defect_rel",
        string="Defects",
        domain="[('id', 'in', option_ids)]",
        help="Options that raise a finding.",
    )

    condition_line_id = fields.Many2one(
        comodel_name="field.service.checklist.line",
        string="Ask Only If",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        check_company=True,
        domain="[('checklist_id', '=', checklist_id), ('id', '!=', id)]",
        help="An earlier question of this checklist, on whose answer it depends "
        "whether this one is asked.",
    )
    condition_type = fields.Selection(
        related="condition_line_id.type", string="Type of That Answer"
    )
    condition_option_ids = fields.Many2many(
        related="condition_line_id.option_ids", string="Options of That Answer"
    )
    dependent_ids = fields.One2many(
        comodel_name="field.service.checklist.line",
        inverse_name="condition_line_id",
        string="Asked Depending on This",
    )

    @api.constrains(
        "condition_line_id",
        "condition",
        "condition_option_id",
        "sequence",
        "type",
        "option_ids",
    )
    def _check_condition(self):
        for line in self | self.dependent_ids:
            if line.condition_line_id:
                problem = line._get_condition_problem()
                if problem:
                    raise ValidationError(problem)

    def _get_condition_problem(self):
        """Say what is wrong with the condition, if anything."""
        other = self.condition_line_id
        names = {"question": self.name, "other": other.name}
        if other.checklist_id != self.checklist_id or (
            (other.sequence, other.id) >= (self.sequence, self.id)
        ):
            return self.env._(
                "“%(question)s” can depend only on an earlier question of its "
                "checklist, not on “%(other)s”.",
                **names,
            )
        if self.condition not in CONDITIONS.get(other.type, ()):
            return self.env._(
                "“%(question)s”: choose an answer that “%(other)s” can have.", **names
            )
        if self.condition == "option" and (
            self.condition_option_id not in other.option_ids
            or not self.condition_option_id
        ):
            return self.env._(
                "“%(question)s”: choose one of the options of “%(other)s”.", **names
            )
        return None

    @api.constrains("type", "option_ids")
    def _check_options(self):
        for line in self:
            if line.type == "choice" and len(line.option_ids) < 2:
                raise ValidationError(
                    self.env._(
                        "“%(question)s” needs at least two options to choose from.",
                        question=line.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.checklist_id._count_version()
        return lines

    def write(self, vals):
        checklists = self.checklist_id
        result = super().write(vals)
        (checklists | self.checklist_id)._count_version()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_count_version(self):
        self.checklist_id._count_version()

    def _prepare_answer_values(self, order):
        """Return the values of the question on a work order."""
        self.ensure_one()
        return {
            **self._prepare_question_values(),
            "order_id": order.id,
            "checklist_id": self.checklist_id.id,
            "line_id": self.id,
        }
