from datetime import datetime, timedelta

from .common import MONDAY, FieldServiceCommon

MIDNIGHT = MONDAY.replace(hour=0)
# Tests are frozen on the Monday at six, before anybody works.
NOW = "2026-03-02 06:00:00"
# One degree of latitude is 111.19 km.
HERE = (50.0, 8.0)


class SlotCommon(FieldServiceCommon):
    """Technicians who work from 8 to 12 and from 13 to 17, and places on a map."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Everybody starts at the company, which is next door.
        cls.company.partner_id.write(
            {"service_latitude": HERE[0], "service_longitude": HERE[1]}
        )
        cls.site = cls._create_site("Mill", *HERE)
        cls.tom = cls._create_technician("Tom")
        skill_type = cls.env["hr.skill.type"].create(
            {
                "name": "Gas",
                "is_certification": True,
                "skill_ids": [(0, 0, {"name": "Burners"}), (0, 0, {"name": "Pipes"})],
                "skill_level_ids": [
                    (0, 0, {"name": "Helper", "level_progress": 20}),
                    (0, 0, {"name": "Fitter", "level_progress": 60}),
                    (0, 0, {"name": "Master", "level_progress": 100}),
                ],
            }
        )
        cls.burners, cls.pipes = skill_type.skill_ids
        cls.helper, cls.fitter, cls.master = skill_type.skill_level_ids.sorted(
            "level_progress"
        )

    @classmethod
    def _create_site(cls, name, latitude, longitude, **values):
        return cls._create_partner(
            name,
            service_latitude=latitude,
            service_longitude=longitude,
            **values,
        )

    @classmethod
    def _ask_for(cls, skill, level):
        cls.job_type.skill_line_ids = [
            (
                0,
                0,
                {
                    "skill_type_id": skill.skill_type_id.id,
                    "skill_id": skill.id,
                    "level_id": level.id,
                },
            )
        ]

    @classmethod
    def _teach(cls, employee, skill, level, valid_to=False, valid_from="2020-01-01"):
        return cls.env["hr.employee.skill"].create(
            {
                "employee_id": employee.id,
                "skill_type_id": skill.skill_type_id.id,
                "skill_id": skill.id,
                "skill_level_id": level.id,
                "valid_from": valid_from,
                "valid_to": valid_to,
            }
        )

    def _find(self, order, days=5, start=MIDNIGHT, **options):
        order = order.with_user(self.dispatcher)
        return order._find_slots(start, start + timedelta(days=days), **options)

    def _explain(self, order, days=5, start=MIDNIGHT, **options):
        order = order.with_user(self.dispatcher)
        result = order._search_slots(start, start + timedelta(days=days), **options)
        self.assertFalse(result.slots)
        return result.refused

    def _at(self, hour, minute=0, day=0):
        return datetime.combine(MIDNIGHT, datetime.min.time()) + timedelta(
            days=day, hours=hour, minutes=minute
        )
