import pytz

from odoo import api, models
from odoo.tools.misc import format_date

from ..tools.periods import covers


class FieldServiceVisitSkills(models.AbstractModel):
    """Warns when the technician in charge lacks a skill that the order demands.

    Whoever plans by hand is told by the same rule that the slot search goes by.
    """

    _name = "field.service.visit.skills"
    _description = "Skills of Visits"

    @api.depends(
        "order_id.skill_line_ids.skill_id",
        "order_id.skill_line_ids.level_id",
        "order_id.skill_line_ids.mandatory",
    )
    def _compute_plan_warnings(self):
        return super()._compute_plan_warnings()

    @api.model
    def _get_plan_checks(self):
        return [*super()._get_plan_checks(), "_check_plan_skills"]

    def _check_plan_skills(self):
        """Who lacks a mandatory skill, or has a certificate that has expired then."""
        # Others of a crew may learn: only the one in charge must be qualified.
        people = self.technician_id._origin
        lines = self.order_id.skill_line_ids.filtered("mandatory")
        if not people or not lines:
            return {}
        finder = self.env["field.service.slot.finder"]
        known = finder._get_skills(people, lines.skill_id)
        found = {}
        for visit in self.filtered("technician_id"):
            # Names and time zones of people are read, not their files.
            person = visit.technician_id._origin.sudo()
            for line in visit.order_id.skill_line_ids & lines:
                valid = finder._get_valid_periods(line, person, known)
                if not covers(valid, (visit.start, visit.stop)):
                    sentence = visit._describe_missing_skill(line, person, valid)
                    found.setdefault(visit, []).append(sentence)
        return found

    def _describe_missing_skill(self, line, person, valid):
        values = {"name": person.name, "skill": line._get_label()}
        if not valid:
            return self.env._("%(name)s does not have skill %(skill)s.", **values)
        start = pytz.utc.localize(self.start)
        day = start.astimezone(pytz.timezone(person.tz or "UTC")).date()
        return self.env._(
            "Skill %(skill)s of %(name)s is not valid on %(day)s.",
            day=format_date(self.env, day),
            **values,
        )
