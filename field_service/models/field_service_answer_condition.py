from odoo import api, fields, models


class FieldServiceAnswerCondition(models.AbstractModel):
    """Whether a question of a work order is asked, as an earlier answer decides."""

    _name = "field.service.answer.condition"
    _description = "Condition of Checklist Answers"

    condition_answer_id = fields.Many2one(
        comodel_name="field.service.checklist.answer",
        string="Ask Only If",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    dependent_ids = fields.One2many(
        comodel_name="field.service.checklist.answer",
        inverse_name="condition_answer_id",
        string="Asked Depending on This",
    )
    is_asked = fields.Boolean(
        string="Asked",
        compute="_compute_is_asked",
        store=True,
        recursive=True,
        help="No: an earlier answer says that this is not to be answered.",
    )

    @api.depends(
        "condition",
        "condition_option_id",
        "condition_answer_id.is_asked",
        "condition_answer_id.value_yes_no",
        "condition_answer_id.value_option_id",
        "condition_answer_id.is_out_of_range",
    )
    def _compute_is_asked(self):
        for answer in self:
            other = answer.condition_answer_id
            answer.is_asked = not other or (
                other.is_asked and answer._meets_condition(other)
            )

    def _meets_condition(self, other):
        """Tell whether the earlier answer is the one this question waits for."""
        if self.condition == "option":
            return bool(other.value_option_id) and (
                other.value_option_id == self.condition_option_id
            )
        if self.condition == "out_of_range":
            return other.is_out_of_range
        return other.value_yes_no == self.condition

    def _link_conditions(self):
        """Make each question depend on the answer that its template's line names."""
        by_line = {(answer.order_id, answer.line_id): answer for answer in self}
        for answer in self.filtered("line_id.condition_line_id"):
            other = by_line.get((answer.order_id, answer.line_id.condition_line_id))
            if other and answer.condition_answer_id != other:
                answer.condition_answer_id = other

    def _get_dependents(self):
        """Return the answers whose being asked depends on these, near or far."""
        found = self.dependent_ids
        return found | found._get_dependents() if found else found

    def _is_bad(self):
        """Tell whether the answer raises a finding: it is asked, and out of range."""
        return self.is_asked and self.is_out_of_range
