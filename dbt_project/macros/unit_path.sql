{#
    An id of a unit as a part of a path, and back: `/` separates the parts, so in an id it is written `~1`, and `~` itself `~0` (RFC 6901).
#}
{% macro part_of_path(unit_id) -%}
    replace(replace({{ unit_id }}, '~', '~0'), '/', '~1')
{%- endmacro %}
{% macro unit_of_part(part) -%}
    replace(replace({{ part }}, '~1', '/'), '~0', '~')
{%- endmacro %}
