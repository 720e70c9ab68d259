using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace Unroll.Tests.Architecture;

/// <summary>One type knows another.</summary>
/// <param name="Member">Where in the type; what the compiler made of a lambda or an iterator counts for the method that it was written in.</param>
/// <param name="From">The type that knows, the outermost if it is nested.</param>
/// <param name="To">The type that is known, likewise.</param>
internal readonly record struct Arrow(string Member, TypeName From, TypeName To);

/// <summary>Name of a type that is not nested.</summary>
internal readonly record struct TypeName(string Namespace, string Name)
{
    public override string ToString() => Namespace.Length == 0 ? Name : $"{Namespace}.{Name}";
}

/// <summary>Reads from compiled code which types know which: by signatures, fields, base types, and what methods do inside.</summary>
internal static class Arrows
{
    /// <summary>All arrows between different types of a module.</summary>
    public static IReadOnlyCollection<Arrow> In(ModuleDefinition module)
    {
        var found = new HashSet<Arrow>();
        foreach (TypeDefinition type in module.GetAllTypes()) new Reader(type, found).Read();
        return found;
    }

    /// <summary>The outermost type of a nested one.</summary>
    public static TypeName Outermost(TypeReference type)
    {
        while (type.DeclaringType is { } outer) type = outer;
        return new TypeName(type.Namespace, type.Name.Split('`')[0]);
    }

    private sealed class Reader(TypeDefinition type, HashSet<Arrow> found)
    {
        private readonly TypeName _from = Outermost(type);
        private string _member = WrittenName(type.Name);

        public void Read()
        {
            Add(type.BaseType);
            foreach (InterfaceImplementation implemented in type.Interfaces) Add(implemented.InterfaceType);
            Add(type.GenericParameters);
            foreach (FieldDefinition field in type.Fields)
            {
                _member = MemberName(field.Name);
                Add(field.FieldType);
            }

            foreach (MethodDefinition method in type.Methods) Read(method);
        }

        private void Read(MethodDefinition method)
        {
            _member = MemberName(method.Name);
            Add(method);
            Add(method.GenericParameters);
            foreach (MethodReference overridden in method.Overrides) Add(overridden);
            if (!method.HasBody) return;
            foreach (VariableDefinition variable in method.Body.Variables) Add(variable.VariableType);
            foreach (ExceptionHandler handler in method.Body.ExceptionHandlers) Add(handler.CatchType);
            foreach (Instruction instruction in method.Body.Instructions)
            {
                switch (instruction.Operand)
                {
                    case TypeReference used:
                        Add(used);
                        break;
                    case MethodReference called:
                        Add(called);
                        break;
                    case FieldReference field:
                        Add(field.DeclaringType);
                        Add(field.FieldType);
                        break;
                }
            }
        }

        private void Add(MethodReference method)
        {
            Add(method.DeclaringType);
            Add(method.ReturnType);
            foreach (ParameterDefinition parameter in method.Parameters) Add(parameter.ParameterType);
            if (method is GenericInstanceMethod { GenericArguments: var arguments })
                foreach (TypeReference argument in arguments) Add(argument);
        }

        private void Add(IEnumerable<GenericParameter> parameters)
        {
            foreach (GenericParameter parameter in parameters)
                foreach (GenericParameterConstraint constraint in parameter.Constraints) Add(constraint.ConstraintType);
        }

        private void Add(TypeReference? known)
        {
            switch (known)
            {
                case null or GenericParameter:
                    return;
                case GenericInstanceType generic:
                    Add(generic.ElementType);
                    foreach (TypeReference argument in generic.GenericArguments) Add(argument);
                    return;
                case FunctionPointerType pointer:
                    Add(pointer.ReturnType);
                    foreach (ParameterDefinition parameter in pointer.Parameters) Add(parameter.ParameterType);
                    return;
                case IModifierType modified:
                    Add(modified.ModifierType);
                    Add(modified.ElementType);
                    return;
                case TypeSpecification other: // arrays, references, pointers
                    Add(other.ElementType);
                    return;
            }

            TypeName to = Outermost(known);
            if (known.Scope == type.Module && to != _from) found.Add(new Arrow($"{_from}.{_member}", _from, to));
        }

        private string MemberName(string name) => type.Name.StartsWith('<') && WrittenName(type.Name) is { Length: > 0 } outer ? outer : WrittenName(name);

        /// <summary>The name in the source: <c>Fit</c> for <c>&lt;Fit&gt;b__0</c> and <c>&lt;Fit&gt;d__3</c>.</summary>
        private static string WrittenName(string name)
        {
            if (!name.StartsWith('<')) return name;
            int end = name.IndexOf('>', StringComparison.Ordinal);
            return end > 1 ? name[1..end] : "";
        }
    }
}
