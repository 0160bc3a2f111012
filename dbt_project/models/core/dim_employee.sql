{% set attributes = [
    'sex',
    'birth_year',
    'employment_status',
    'legal_status_code',
    'rank_code',
    'rank_since_on',
    'position_type_code',
    'position_id',
    'echelon_code',
    'position_since_on',
    'education_level_code',
    'unit_id',
    'supervisor_key',
    'appointed_on',
] %}

with versions_of_employees as (

    {{ history_of_snapshots(
        ref('stg_hr__employees'), ref('stg_hr__employees_rejected'), 'hr/employees', 'employee_key', attributes
    ) }}

)

select
    {{ surrogate_key(['versions.employee_key', 'versions.valid_from']) }} as employee_version_key,
    versions.employee_key,
    versions.valid_from,
    versions.valid_to,
    versions.is_current,
    versions.sex,
    versions.birth_year,
    versions.employment_status,
    versions.legal_status_code,
    coalesce(legal_statuses.is_active, false) as is_active,
    versions.rank_code,
    versions.rank_since_on,
    versions.position_type_code,
    versions.position_id,
    classes.position_class,
    versions.echelon_code,
    versions.position_since_on,
    versions.education_level_code,
    versions.unit_id,
    versions.supervisor_key,
    versions.appointed_on
from versions_of_employees as versions
left join {{ ref('int_people__position_classes') }} as classes
    on
        versions.position_id = classes.position_id
        and {{ mart_in_force('classes', 'versions.valid_from') }}
left join {{ ref('ref_legal_status') }} as legal_statuses
    on versions.legal_status_code = legal_statuses.legal_status_code
