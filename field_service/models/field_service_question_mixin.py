from odoo import Command, fields, models

QUESTION_FIELDS = (
    "sequence",
    "name",
    "help",
    "type",
    "mandatory",
    "unit",
    "limits",
    "minimum",
    "maximum",
    "expected",
    "option_ids",
    "defect_option_ids",
    "photo_tag",
    "photo_count",
    "condition",
    "condition_option_id",
)
PHOTO_TAGS = [
    ("before", "Before"),
    ("after", "After"),
    ("nameplate", "Nameplate"),
    ("other", "Other"),
]


class FieldServiceQuestionMixin(models.AbstractModel):
    """What is asked: the same on a template's line and on a work order's answer."""

    _name = "field.service.question.mixin"
    _description = "Question of a Checklist"

    sequence = fields.Integer(default=10)
    name = fields.Char(string="Question", required=True, translate=True)
    help = fields.Char(string="Hint", translate=True, help="How to find out.")
    type = fields.Selection(
        selection=[
            ("yes_no", "Yes / no"),
            ("number", "Number"),
            ("text", "Text"),
            ("choice", "Choice"),
            ("date", "Date"),
            ("photo", "Photo"),
            ("reading", "Meter reading"),
            ("serial", "Serial number"),
        ],
        string="Answer Type",
        required=True,
        default="yes_no",
    )
    mandatory = fields.Boolean(
        default=True, help="The work order is not done before this is answered."
    )
    unit = fields.Char(help="Unit of the number, for example bar or h.")
    limits = fields.Selection(
        selection=[
            ("none", "None"),
            ("minimum", "At least"),
            ("maximum", "At most"),
            ("between", "Between"),
        ],
        required=True,
        default="none",
        help="A number beyond the limits raises a finding.",
    )
    minimum = fields.Float(digits=(16, 6))
    maximum = fields.Float(digits=(16, 6))
    expected = fields.Selection(
        selection=[("yes", "Yes"), ("no", "No")],
        string="Expected Answer",
        help="The other answer raises a finding.",
    )
    photo_tag = fields.Selection(
        selection=PHOTO_TAGS, string="Photo Of", default="other"
    )
    photo_count = fields.Integer(string="Photos Needed", default=1)
    condition = fields.Selection(
        selection=[
            ("yes", "Yes"),
            ("no", "No"),
            ("option", "This option"),
            ("out_of_range", "Out of range"),
        ],
        string="If the Answer Is",
        help="The question is asked only then; otherwise it is hidden and not "
        "mandatory.",
    )
    condition_option_id = fields.Many2one(
        comodel_name="field.service.checklist.option",
        string="Option",
        index="btree_not_null",
        ondelete="restrict",
    )

    _limits_order = models.Constraint(
        "CHECK(limits != 'between' OR minimum <= maximum)",
        "The lower limit must not be above the upper limit.",
    )
    _photo_count_positive = models.Constraint(
        "CHECK(photo_count > 0)", "At least one photo must be asked for."
    )

    def _prepare_question_values(self):
        """Return the question as values for another record that asks the same."""
        self.ensure_one()
        values = self.read(QUESTION_FIELDS, load=False)[0]
        del values["id"]
        return {
            name: [Command.set(value)] if name.endswith("_ids") else value
            for name, value in values.items()
        }
