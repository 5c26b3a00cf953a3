from odoo import fields, models


class HrEmployee(models.Model):
    """Figures of a person are his own and his managers'."""

    _name = "hr.employee"
    _inherit = ["hr.employee", "field.service.scorecard.mixin"]

    _scorecard_level = "technician"

    # The other side of the members of a team, for access rules.
    service_team_ids = fields.Many2many(
        comodel_name="field.service.team",
        string="Field Service Teams",
        readonly=True,
        copy=False,
        groups="hr.group_hr_user",
    )

    def _filter_scorecard_visible(self):
        """Return those whose figures the user may see.

        A person's own; a manager's people; the members of the teams somebody leads;
        everybody's for service managers. Never of a company that is not switched on.
        """
        user = self.env.user
        # Users need no right on employees to be recognised as one, or as his manager.
        people = self.sudo().filtered(
            lambda person: person.company_id in self.env.companies
        )
        if not user.has_group("field_service.group_manager"):
            people = people.filtered(lambda person: user in person._get_readers())
        return self & self.browse(people.ids)

    def _get_readers(self):
        """Users who see the figures of a person beside the service managers."""
        self.ensure_one()
        return self.user_id | self.parent_id.user_id | self.service_team_ids.leader_id
