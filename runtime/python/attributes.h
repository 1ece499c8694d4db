// How the attributes of a call get into its node.
#pragma once

#include "python/call.h"

namespace axon {

/// The number of the attribute whose value `decl` has where it is left out, -1 if of none.
int32_t same_as(const Program& program, const AttrDecl& decl);

/// A default as Python would write it; null if there is none.
nb::object default_of(const Program& program, const AttrDecl& decl);

/// Reads what is given, in the order of the program, null where it is left out. Throws TypeError or
/// ValueError naming the attribute.
void read_attributes(const Op& op, Node& node, const nb::handle* attrs);

}  // namespace axon
