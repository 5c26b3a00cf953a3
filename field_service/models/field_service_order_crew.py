from odoo import Command, api, fields, models


class FieldServiceOrderCrew(models.AbstractModel):
    """Who is needed for a work order: how many people, and what they must know."""

    _name = "field.service.order.crew"
    _description = "People Needed for Work Orders"

    crew_size = fields.Integer(
        compute="_compute_crew_size",
        store=True,
        readonly=False,
        precompute=True,
        help="People needed on site, the technician in charge included.",
    )
    skill_line_ids = fields.One2many(
        comodel_name="field.service.order.skill",
        inverse_name="order_id",
        string="Skills Needed",
        compute="_compute_skill_line_ids",
        store=True,
        readonly=False,
        precompute=True,
    )

    _crew_size_positive = models.Constraint(
        "CHECK(crew_size > 0)", "At least one person is needed for a work order."
    )

    @api.model
    def _get_followers(self):
        return {**super()._get_followers(), "crew_size": False}

    def _propose_crew_size(self):
        return {order: order.job_type_id.crew_size or 1 for order in self}

    @api.depends("job_type_id")
    def _compute_crew_size(self):
        self._follow("crew_size")

    def _get_planned_labour_hours(self):
        return super()._get_planned_labour_hours() * self.crew_size

    @api.depends("job_type_id")
    def _compute_skill_line_ids(self):
        for order in self:
            order.skill_line_ids = [
                Command.clear(),
                *(
                    Command.create(line._prepare_copy_values())
                    for line in order.job_type_id.skill_line_ids
                ),
            ]
