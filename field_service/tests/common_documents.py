import base64
import io

from PIL import Image

from odoo import Command

from .common import FieldServiceCommon


def picture(size=(8, 8), image_format="PNG"):
    """Return a small picture in base64."""
    stream = io.BytesIO()
    Image.new("RGB", size, "red").save(stream, image_format)
    return base64.b64encode(stream.getvalue())


class DocumentsCommon(FieldServiceCommon):
    """A checklist with a question of each type."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.good, cls.worn = cls.env["field.service.checklist.option"].create(
            [{"name": "Good"}, {"name": "Worn"}]
        )
        cls.asset = cls._create_asset("Excavator")
        cls.checklist = cls._create_checklist()
        cls.job_type.checklist_id = cls.checklist
        cls.reason = cls.env.ref("field_service.field_service_reason_override_agreed")

    @classmethod
    def _create_checklist(cls, **values):
        questions = [
            {"name": "Stop works", "type": "yes_no", "expected": "yes"},
            {
                "name": "Pressure",
                "type": "number",
                "unit": "bar",
                "limits": "between",
                "minimum": 2.0,
                "maximum": 4.0,
            },
            {"name": "Remarks", "type": "text", "mandatory": False},
            {
                "name": "Hoses",
                "type": "choice",
                "option_ids": [Command.set((cls.good + cls.worn).ids)],
                "defect_option_ids": [Command.set(cls.worn.ids)],
            },
            {"name": "Next check", "type": "date"},
            {"name": "Plate", "type": "photo", "photo_tag": "nameplate"},
            {"name": "Hours", "type": "reading", "unit": "h"},
            {"name": "Serial", "type": "serial"},
        ]
        return cls.env["field.service.checklist"].create(
            {
                "name": "Service",
                "line_ids": [
                    Command.create({**question, "sequence": position})
                    for position, question in enumerate(questions)
                ],
                **values,
            }
        )

    @classmethod
    def _create_order(cls, **values):
        values.setdefault("asset_ids", cls.asset.ids)
        return super()._create_order(**values)

    def _answer_of(self, order, name):
        answer = order.answer_ids.filtered(lambda answer: answer.name == name)
        self.assertEqual(len(answer), 1, name)
        return answer

    def _photo(self, **values):
        return self.env["field.service.photo"].create({"image": picture(), **values})

    def _answer_all(self, order, but=()):
        """Answer every mandatory question well, except some."""
        for name, values in {
            "Stop works": {"value_yes_no": "yes"},
            "Pressure": {"value_input": "3"},
            "Hoses": {"value_option_id": self.good.id},
            "Next check": {"value_date": "2026-12-01"},
            "Plate": {"photo_ids": [Command.create({"image": picture()})]},
            "Hours": {"value_input": "1200"},
            "Serial": {"value_text": "SN-1"},
        }.items():
            if name not in but:
                self._answer_of(order, name).write(values)
